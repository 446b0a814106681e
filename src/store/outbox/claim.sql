-- Mail that is due, and mail whose sender gave no sign of life within its lease. What another worker is claiming is
-- passed over, so that nobody waits for anybody. Who claims a mail first gives its Message-ID the domain $4, for good.
UPDATE outbox AS mail
   SET state = 'sending', attempts = mail.attempts + 1, fencing = mail.fencing + 1, lease_until = $2,
       message_id = CASE WHEN mail.message_id LIKE '%@%' THEN mail.message_id ELSE mail.message_id || '@' || $4 END
 WHERE mail.id IN (
       SELECT due.id FROM outbox AS due
        WHERE due.finished_at IS NULL
          AND due.next_attempt_at <= $1
          AND (due.state <> 'sending' OR due.lease_until <= $1)
        ORDER BY due.next_attempt_at, due.id
        LIMIT $3
          FOR UPDATE SKIP LOCKED)
RETURNING mail.id, mail.fencing, mail.attempts, mail.kind, mail.recipient, mail.language, mail.message_id,
          mail.statement_id, mail.licence_id, mail.queued_at
