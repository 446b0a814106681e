-- A mail of each account of $1 that was approved at $2, to where its party reads mail until now; and the party of each.
WITH told AS (
    INSERT INTO outbox (bank_account_id, kind, recipient, language, message_id, cause_key, queued_at, next_attempt_at)
    SELECT b.id, 'bank_account', p.email, p.language, 'bank-account-' || b.id || '.' || installation(), 'bank_account:' || b.id, $2, $2
      FROM bank_accounts b
      JOIN parties p ON p.id = b.party_id AND p.email IS NOT NULL
     WHERE b.id = ANY ($1)
     ORDER BY b.id
    RETURNING bank_account_id)
SELECT p.code, t.bank_account_id IS NOT NULL AS is_told
  FROM bank_accounts b
  JOIN parties p ON p.id = b.party_id
  LEFT JOIN told t ON t.bank_account_id = b.id
 WHERE b.id = ANY ($1)
 ORDER BY b.id
