-- Offices whose last begun licence in a network is in the hands of a party at a moment, as known then.
WITH asked AS (
    SELECT $1::integer AS party_id, $2::timestamptz AS moment
), tenures AS (
    SELECT DISTINCT ON (l.office_id, l.network_id) l.id, l.office_id
      FROM asked q
      JOIN licences l ON l.valid_from <= q.moment
                     AND l.office_id IN (SELECT b.office_id FROM bindings b WHERE b.party_ids[1] = q.party_id)
     ORDER BY l.office_id, l.network_id, l.valid_from DESC
)
SELECT DISTINCT o.code
  FROM asked q
 CROSS JOIN tenures t
  JOIN offices o ON o.id = t.office_id
 WHERE q.party_id = (SELECT b.party_ids[1] FROM bindings b
                      WHERE b.licence_id = t.id AND b.valid_from <= q.moment AND (b.valid_until IS NULL OR b.valid_until > q.moment)
                        AND b.known_from <= q.moment
                      ORDER BY b.known_from DESC, b.id DESC LIMIT 1)
