-- Payouts of network $1 and unit $2 that wait and whose account is known at $3, in the order in which they leave, at most $4.
-- Those in $5 are stopped.
-- One that was approved before its account was known takes the one that is in force by now.
SELECT o.id, o.priority, o.amount, coalesce(o.iban, account.iban) AS iban
  FROM payouts o
  LEFT JOIN LATERAL (
       SELECT a.iban FROM account_paid_into(o.party_id, o.deposit_identifier, $3) a WHERE o.iban IS NULL) account ON true
 WHERE o.network_id = $1 AND o.unit_id = $2 AND o.state = 'waiting' AND coalesce(o.iban, account.iban) IS NOT NULL
   AND o.id <> ALL ($5)
 ORDER BY o.priority, o.id
 LIMIT $4
