-- Mail that is due, and mail whose sender gave no sign of life within its lease. What another worker is claiming is
-- passed over, so that nobody waits for anybody. Who claims a mail first gives its Message-ID the domain $4, for good.
UPDATE outbox AS mail
   SET state = 'sending', attempts = mail.attempts + 1, fencing = mail.fencing + 1, lease_until = $2,
       message_id = CASE WHEN mail.message_id LIKE '%@%' THEN mail.message_id ELSE mail.message_id || '@' || $4 END
  FROM (SELECT id, state
          FROM outbox
         WHERE finished_at IS NULL
           AND next_attempt_at <= $1
           AND (state <> 'sending' OR lease_until <= $1)
         ORDER BY next_attempt_at, id
         LIMIT $3
           FOR UPDATE SKIP LOCKED) AS due
 WHERE mail.id = due.id
RETURNING mail.id, mail.fencing, mail.attempts, mail.kind, mail.recipient, mail.language, mail.message_id,
          mail.statement_id, mail.licence_id, mail.bank_account_id, mail.queued_at, due.state AS claimed_from
