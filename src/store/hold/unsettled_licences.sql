-- Licences of network $1 that were ever restricted, and all licences of whoever was a licensee of one that was taken
-- away, given back or bound anew: only together do they say whether somebody has none left.
WITH ended AS (
    SELECT l.id FROM licences l
     WHERE l.network_id = $1
       AND (EXISTS (SELECT FROM licence_events e WHERE e.licence_id = l.id AND e.kind IN ('revoked', 'surrendered'))
            OR (SELECT count(*) FROM bindings b WHERE b.licence_id = l.id) > 1)
), licensees AS (
    SELECT DISTINCT b.party_ids[1] AS party_id FROM ended JOIN bindings b ON b.licence_id = ended.id
)
SELECT DISTINCT l.id FROM licences l JOIN bindings b ON b.licence_id = l.id
  JOIN licensees p ON p.party_id = b.party_ids[1]
 WHERE l.network_id = $1
UNION
SELECT l.id FROM licences l
 WHERE l.network_id = $1 AND EXISTS (SELECT FROM licence_events e WHERE e.licence_id = l.id AND e.kind = 'suspended')
