-- Lets payouts leave, each to its account.
UPDATE payouts o
   SET state = 'released', released_at = $3, iban = leaving.iban
  FROM unnest($1::bigint[], $2::text[]) AS leaving (id, iban)
 WHERE o.id = leaving.id AND o.state = 'waiting'
RETURNING o.amount
