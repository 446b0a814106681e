INSERT INTO quarantine (office_code, sender_id, reference, row, reason, explanation, received_at)
SELECT office_code, sender_id, reference, content, reason, explanation, received_at
FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
     AS q(office_code, sender_id, reference, content, reason, explanation, received_at)
ORDER BY office_code, sender_id, reference
ON CONFLICT DO NOTHING
