-- A payout per destination, its account copied as it is at $3: that of the deposit identifier or else the party's plain one,
-- into which a transfer bears the identifier; none that waits for its approval or has not cooled off. Priority is the kind's place
-- in the network's declared order, and what that does not name comes last.
INSERT INTO payouts (settlement_id, network_id, party_id, deposit_identifier, unit_id, amount, iban, priority, made_at)
SELECT $1, $2, o.party_id, o.deposit_identifier, o.unit_id, o.amount, account.iban,
       coalesce(array_position(n.payout_priority, p.kind), cardinality(n.payout_priority) + 1), $3
  FROM unnest($4::integer[], $5::text[], $6::smallint[], $7::bigint[]) AS o (party_id, deposit_identifier, unit_id, amount)
  JOIN parties p ON p.id = o.party_id
  JOIN networks n ON n.id = $2
  LEFT JOIN LATERAL (
       SELECT b.iban FROM bank_accounts b
        WHERE b.party_id = o.party_id AND b.deposit_identifier IN (o.deposit_identifier, '')
          AND b.valid_from <= $3 AND (b.valid_until IS NULL OR b.valid_until > $3)
          AND (b.made_by IS NULL OR b.cooled_off_at <= $3)
        ORDER BY b.deposit_identifier DESC LIMIT 1) account ON true
 ORDER BY 8, o.party_id, o.deposit_identifier, o.unit_id
RETURNING id, party_id, deposit_identifier, unit_id, amount, iban
