-- Submissions of part $1 of $2 whose counts of rows that were not booked are not those of the rows that were kept. $3 rows at most.
SELECT 'submissions' AS relation, s.id::text AS row_key, c.what, c.stored::text AS stored, c.kept::text AS expected
  FROM submissions s
 CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE r.outcome = 'quarantined') AS quarantined,
                            count(*) FILTER (WHERE r.outcome = 'conflict') AS conflicting,
                            count(*) FILTER (WHERE r.outcome = 'refused') AS refused,
                            count(*) FILTER (WHERE r.outcome = 'malformed') AS malformed
                       FROM submission_rows r WHERE r.submission_id = s.id) k
 CROSS JOIN LATERAL (VALUES ('quarantined', s.quarantined, k.quarantined), ('conflicting', s.conflicting, k.conflicting),
                            ('refused', s.refused, k.refused), ('malformed', s.malformed, k.malformed)) AS c (what, stored, kept)
 WHERE s.id % $2 = $1 AND c.stored <> c.kept
 ORDER BY s.id, c.what LIMIT $3
