-- Licences of network $1 that were ever restricted, and all licences of whoever was a licensee of one that was taken away, given
-- back, bound anew or followed by another licensee's, with what followed at their offices: only together do they say whether
-- somebody has none left.
WITH ended AS (
    SELECT l.id FROM licences l
     WHERE l.network_id = $1
       AND (EXISTS (SELECT FROM licence_events e WHERE e.licence_id = l.id AND e.kind IN ('revoked', 'surrendered'))
            OR (SELECT count(*) FROM bindings b WHERE b.licence_id = l.id) > 1)
    UNION
    SELECT l.id FROM licences l
      JOIN licences n ON n.office_id = l.office_id AND n.network_id = l.network_id AND n.valid_from > l.valid_from
      JOIN bindings b ON b.licence_id = l.id
      JOIN bindings c ON c.licence_id = n.id AND c.party_ids[1] <> b.party_ids[1]
     WHERE l.network_id = $1
), licensees AS (
    SELECT DISTINCT b.party_ids[1] AS party_id FROM ended JOIN bindings b ON b.licence_id = ended.id
), own AS (
    SELECT DISTINCT l.id, l.office_id FROM licences l
      JOIN bindings b ON b.licence_id = l.id
      JOIN licensees p ON p.party_id = b.party_ids[1]
     WHERE l.network_id = $1
)
SELECT DISTINCT l.id FROM own JOIN licences l ON l.office_id = own.office_id AND l.network_id = $1
UNION
SELECT l.id FROM licences l
 WHERE l.network_id = $1 AND EXISTS (SELECT FROM licence_events e WHERE e.licence_id = l.id AND e.kind = 'suspended')
