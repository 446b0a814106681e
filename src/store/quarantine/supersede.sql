UPDATE quarantine q
SET state = 'superseded', decided_by = q.sender_id, decided_at = $4
FROM unnest($1::text[], $2::integer[], $3::text[]) AS k(office_code, sender_id, reference)
WHERE q.office_code = k.office_code AND q.sender_id = k.sender_id AND q.reference = k.reference AND q.state = 'waiting'
