-- Demands of the parties $3 in network $1 that may be open after settlement $2: the newest of each destination that make up
-- what its position owes, in the order of their age.
SELECT party_id, deposit_identifier, unit_id, amount, reference, due_at
  FROM (SELECT d.id, d.party_id, d.deposit_identifier, d.unit_id, d.amount, d.reference, d.due_at, -p.closing AS owed,
               sum(d.amount) OVER (PARTITION BY d.party_id, d.deposit_identifier, d.unit_id ORDER BY d.id DESC) - d.amount AS newer
          FROM positions p
          JOIN remittance_demands d USING (party_id, deposit_identifier, unit_id)
          JOIN settlements s ON s.id = d.settlement_id AND s.network_id = $1
         WHERE p.settlement_id = $2 AND p.party_id = ANY ($3) AND p.closing < 0) demanded
 WHERE newer < owed
 ORDER BY id
