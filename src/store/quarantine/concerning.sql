-- Ids of rows in state $1 after $2 of the sender $3, and of offices whose licensee the party $4 was when the row is said to have
-- happened, as known at $5: by the licence whose term ran then, or else that of the last. A row that names no network that there is
-- concerns a party that was the licensee in all in which the office had such a licence. $6 rows.
WITH held AS (
    SELECT DISTINCT o.id, o.code FROM bindings b JOIN offices o ON o.id = b.office_id WHERE b.party_ids[1] = $4
), own AS (
    SELECT q.id FROM quarantine q
     WHERE q.state = $1 AND q.id > $2 AND q.sender_id = $3
     ORDER BY q.id LIMIT $6
), concerning AS (
    SELECT q.id
      FROM held
      JOIN quarantine q ON q.office_code = held.code AND q.state = $1 AND q.id > $2
     CROSS JOIN LATERAL (SELECT (q.row::json ->> 'occurred_at')::timestamptz AS happened_at,
                                (SELECT n.id FROM networks n WHERE n.code = q.row::json ->> 'network') AS network_id) said
     WHERE (SELECT bool_and(bound.licensee IS NOT DISTINCT FROM $4)
              FROM (SELECT last.id, last.runs, bool_or(last.runs) OVER () AS any_runs
                      FROM (SELECT DISTINCT ON (l.network_id) l.id, l.valid_until > said.happened_at AS runs
                              FROM licences l
                             WHERE l.office_id = held.id AND l.valid_from <= said.happened_at
                               AND l.network_id = coalesce(said.network_id, l.network_id)
                             ORDER BY l.network_id, l.valid_from DESC) last) licence
             CROSS JOIN LATERAL (SELECT b.party_ids[1] AS licensee FROM bindings b
                                  WHERE b.licence_id = licence.id AND b.valid_from <= said.happened_at
                                    AND (b.valid_until IS NULL OR b.valid_until > said.happened_at) AND b.known_from <= $5
                                  ORDER BY b.known_from DESC, b.id DESC LIMIT 1) bound
             WHERE licence.runs = licence.any_runs)
     ORDER BY q.id LIMIT $6
)
SELECT id FROM own UNION SELECT id FROM concerning ORDER BY id LIMIT $6
