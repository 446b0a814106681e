-- Of rows that waited already, for another reason. Locked in one order, and no others: whoever decides about those waits for nobody.
WITH differing AS (
    SELECT q.id, k.reason, k.explanation
      FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[])
           AS k(office_code, sender_id, reference, content, reason, explanation)
      JOIN quarantine q ON q.office_code = k.office_code AND q.sender_id = k.sender_id AND q.reference = k.reference
           AND md5(q.row) = md5(k.content) AND q.state = 'waiting'
     WHERE (q.reason, q.explanation) IS DISTINCT FROM (k.reason, k.explanation)
     ORDER BY q.id
       FOR UPDATE OF q
)
UPDATE quarantine q SET reason = d.reason, explanation = d.explanation FROM differing d WHERE q.id = d.id
