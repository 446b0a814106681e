-- Licences of network $1 that were ever restricted and whose licensee one of the parties $2 is or was.
SELECT l.id FROM licences l
 WHERE l.network_id = $1
   AND l.id IN (SELECT b.licence_id FROM bindings b WHERE b.party_ids[1] = ANY ($2))
   AND EXISTS (SELECT FROM licence_events e WHERE e.licence_id = l.id AND e.kind IN ('suspended', 'revoked', 'surrendered'))
