SELECT k.place, q.id
FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[])
     WITH ORDINALITY AS k(office_code, sender_id, reference, content, place)
JOIN quarantine q ON q.office_code = k.office_code AND q.sender_id = k.sender_id AND q.reference = k.reference
     AND md5(q.row) = md5(k.content) AND q.state = 'waiting'
