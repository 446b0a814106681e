-- A mail for each statement of settlement $1 whose party reads mail.
INSERT INTO outbox (statement_id, kind, recipient, language, message_id, cause_key, queued_at, next_attempt_at)
SELECT s.id, 'statement', p.email, s.language, 'statement-' || s.id || '.' || installation(), 'statement:' || s.id, $2, $2
  FROM statements s JOIN parties p ON p.id = s.party_id AND p.email IS NOT NULL
 WHERE s.settlement_id = $1
 ORDER BY s.id
