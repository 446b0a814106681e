INSERT INTO quarantine (office_code, sender_id, reference, row, reason, explanation, received_at)
SELECT office_code, sender_id, reference, content, reason, explanation, $7
FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[])
     AS q(office_code, sender_id, reference, content, reason, explanation)
ORDER BY office_code, sender_id, reference
ON CONFLICT DO NOTHING
