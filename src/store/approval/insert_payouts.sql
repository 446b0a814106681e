-- A payout per destination, its account copied as it is at $3; into a party's plain one a transfer bears the deposit identifier.
-- Priority is the kind's place in the network's declared order, and what that does not name comes last.
INSERT INTO payouts (settlement_id, network_id, party_id, deposit_identifier, unit_id, amount, iban, priority, made_at)
SELECT $1, $2, o.party_id, o.deposit_identifier, o.unit_id, o.amount, account.iban,
       coalesce(array_position(n.payout_priority, p.kind), cardinality(n.payout_priority) + 1), $3
  FROM unnest($4::integer[], $5::text[], $6::smallint[], $7::bigint[]) AS o (party_id, deposit_identifier, unit_id, amount)
  JOIN parties p ON p.id = o.party_id
  JOIN networks n ON n.id = $2
  LEFT JOIN LATERAL account_paid_into(o.party_id, o.deposit_identifier, $3) account ON true
 ORDER BY 8, o.party_id, o.deposit_identifier, o.unit_id
RETURNING id, party_id, deposit_identifier, unit_id, amount, iban
