-- Positions of settlement $1 with what became of them. $2 of one party; $3, $4, $5 after this party, destination and unit; $6 rows.
SELECT p.party_id, party.code AS party, party.kind AS party_kind, party.name_fa, party.name_en,
       p.deposit_identifier, p.unit_id, u.code AS unit,
       p.opening, p.earned, p.collected, p.memos, p.remitted, p.returned, p.before, p.active_holds, p.held,
       p.payable, p.paid, p.closing, p.carried_cycles,
       payout.id AS payout_id, payout.state AS payout_state,
       d.amount AS demanded, d.reference AS demand_reference, d.due_at AS demand_due_at
  FROM positions p
  JOIN parties party ON party.id = p.party_id
  JOIN currency_units u ON u.id = p.unit_id
  LEFT JOIN LATERAL (
       SELECT o.id, o.state FROM payouts o
        WHERE o.settlement_id = p.settlement_id AND o.party_id = p.party_id
          AND o.deposit_identifier = p.deposit_identifier AND o.unit_id = p.unit_id
        ORDER BY o.id DESC LIMIT 1) payout ON true
  LEFT JOIN remittance_demands d
    ON d.settlement_id = p.settlement_id AND d.party_id = p.party_id
   AND d.deposit_identifier = p.deposit_identifier AND d.unit_id = p.unit_id
 WHERE p.settlement_id = $1
   AND ($2::integer IS NULL OR p.party_id = $2)
   AND ($3::integer IS NULL OR (p.party_id, p.deposit_identifier, p.unit_id) > ($3, $4::text, $5::smallint))
 ORDER BY p.party_id, p.deposit_identifier, p.unit_id
 LIMIT $6
