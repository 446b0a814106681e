INSERT INTO submission_rows (submission_id, line, outcome, reference, reason, explanation)
SELECT $1, line, outcome, reference, reason, explanation
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
     AS r(line, outcome, reference, reason, explanation)
