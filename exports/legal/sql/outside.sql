-- Who had been counted to the treating team for nothing but a reason to look, or for work of the legal desk: their looks are looks from outside.
CREATE TEMPORARY TABLE doubtful ON COMMIT DROP AS
  SELECT DISTINCT patient_id, actor FROM history.event WHERE patient_id IS NOT NULL AND op IN ('I', 'U', 'D') AND actor ~ '^[0-9a-f]{8}-'
    AND tbl ~ '^(legal|privacy)_|^(exports_evidence|patients_brokenglass|patients_restriction|patients_rectification)$';
DELETE FROM legal_hand h USING doubtful d WHERE h.patient_id = d.patient_id AND h.actor = d.actor;
INSERT INTO legal_hand (patient_id, actor, first_at)
  SELECT d.patient_id, d.actor, min(e.at) FROM doubtful d JOIN history.event e ON e.patient_id = d.patient_id AND (
      (e.op IN ('I', 'U', 'D', 'S') AND e.actor = d.actor
        AND e.tbl !~ '^(legal|privacy)_|^(exports_evidence|patients_brokenglass|patients_restriction|patients_rectification)$')
      OR (e.op IN ('I', 'U') AND d.actor IN (e.body ->> 'dentist_id', e.body ->> 'assistant_id', e.body ->> 'responsible_dentist_id', e.body ->> 'performer_id')))
  WHERE e.id <= (SELECT greatest(low, seen) FROM legal_progress) GROUP BY d.patient_id, d.actor;
UPDATE legal_entry x SET is_outside = true FROM doubtful d
WHERE x.patient_id = d.patient_id AND x.actor = d.actor AND x.op = 'V' AND NOT x.is_outside AND NOT EXISTS (
  SELECT FROM legal_hand h WHERE h.patient_id = x.patient_id AND h.actor = x.actor AND h.first_at <= x.at + interval '1 day');
