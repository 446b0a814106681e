-- The closing balances that the last statement of each of the parties $2 in network $1 stated.
SELECT p.party_id, p.unit_id, p.deposit_identifier, p.closing
  FROM (SELECT DISTINCT ON (s.party_id, s.unit_id) s.party_id, s.unit_id, s.settlement_id
          FROM statements s WHERE s.network_id = $1 AND s.party_id = ANY ($2)
         ORDER BY s.party_id, s.unit_id, s.ordinal DESC) last
  JOIN positions p ON p.settlement_id = last.settlement_id AND p.party_id = last.party_id AND p.unit_id = last.unit_id
 ORDER BY p.party_id, p.unit_id, p.deposit_identifier
