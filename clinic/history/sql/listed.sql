-- Who saw a list in which a patient's name stood: found by the patient. Only looks at lists enter it, so other writes pay for a comparison. Run as history_owner.
CREATE INDEX event_listed ON history.event USING gin ((body -> 'patients') jsonb_path_ops) WHERE op IN ('V', 'P') AND body ? 'patients';
