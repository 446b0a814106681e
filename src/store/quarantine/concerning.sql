-- Ids of rows in state $1 after $2 of the sender $3, and of offices whose licensee the party $4 was when the row is said to have
-- happened, as known at $5. A row that names no network concerns a party that was the licensee in all that the office then had a
-- licence in. $6 rows.
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
     CROSS JOIN LATERAL (SELECT (q.row::json ->> 'occurred_at')::timestamptz AS happened_at, q.row::json ->> 'network' AS network) said
     WHERE (SELECT bool_and(bound.licensee IS NOT DISTINCT FROM $4)
              FROM (SELECT DISTINCT ON (l.network_id) l.id
                      FROM licences l JOIN networks n ON n.id = l.network_id
                     WHERE l.office_id = held.id AND l.valid_from <= said.happened_at AND n.code = coalesce(said.network, n.code)
                     ORDER BY l.network_id, l.valid_from DESC) licence
             CROSS JOIN LATERAL (SELECT b.party_ids[1] AS licensee FROM bindings b
                                  WHERE b.licence_id = licence.id AND b.valid_from <= said.happened_at
                                    AND (b.valid_until IS NULL OR b.valid_until > said.happened_at) AND b.known_from <= $5
                                  ORDER BY b.known_from DESC, b.id DESC LIMIT 1) bound)
     ORDER BY q.id LIMIT $6
)
SELECT id FROM own UNION SELECT id FROM concerning ORDER BY id LIMIT $6
