-- The licence of a reminder with its licensee as known when it was queued, at $2.
SELECT p.name_fa AS licensee_fa, p.name_en AS licensee_en,
       o.code AS office_code, o.name_fa AS office_fa, o.name_en AS office_en,
       n.name_fa AS network_fa, n.name_en AS network_en, n.time_zone, l.valid_until
  FROM licences l
  JOIN offices o ON o.id = l.office_id
  JOIN networks n ON n.id = l.network_id
 CROSS JOIN LATERAL (
       SELECT b.party_ids[1] AS party_id FROM bindings b
        WHERE b.licence_id = l.id AND b.valid_from <= $2 AND b.known_from <= $2
          AND (b.valid_until IS NULL OR b.valid_until > $2)
        ORDER BY b.known_from DESC, b.id DESC LIMIT 1) AS licensee
  JOIN parties p ON p.id = licensee.party_id
 WHERE l.id = $1
