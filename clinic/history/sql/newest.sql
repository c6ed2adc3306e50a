-- The newest events of everybody, the looks of one person and the entrances are read from an index instead of a whole year.
CREATE INDEX event_newest ON history.event (at, id);
CREATE INDEX event_looks ON history.event (actor, at) WHERE op = 'V';
CREATE INDEX event_entrances ON history.event (at, id) WHERE op = 'L';
DROP INDEX history.event_at;
