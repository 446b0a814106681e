-- The closing balances that the last statement of each of the parties $2 in network $1 stated; each chain is looked up by itself.
WITH last AS MATERIALIZED (
    SELECT s.settlement_id, y.id AS party_id, u.id AS unit_id
      FROM parties y
     CROSS JOIN currency_units u
     CROSS JOIN LATERAL (SELECT o.settlement_id
                           FROM statements o
                          WHERE o.network_id = $1 AND o.party_id = y.id AND o.unit_id = u.id
                          ORDER BY o.ordinal DESC LIMIT 1) s
     WHERE y.id = ANY ($2)
)
SELECT p.party_id, p.unit_id, p.deposit_identifier, p.closing
  FROM last
  JOIN positions p ON p.settlement_id = last.settlement_id AND p.party_id = last.party_id AND p.unit_id = last.unit_id
 ORDER BY p.party_id, p.unit_id, p.deposit_identifier
