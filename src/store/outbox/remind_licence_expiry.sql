-- Licences that end within 90 days and were not reminded of at the step they are in: 90, 30 or 7 days before the end.
-- A licence that was taken away or given back and not reinstated since, or that another term follows without a gap, needs no
-- reminder.
INSERT INTO outbox (licence_id, kind, recipient, language, message_id, cause_key, queued_at, next_attempt_at)
SELECT l.id, 'licence_expiry', p.email, p.language,
       'licence-' || l.id || '-' || step.days || '.' || installation(),
       'licence_expiry:' || l.id || ':' || step.days,
       $1, $1
  FROM licences l
 CROSS JOIN LATERAL (
       SELECT days FROM unnest(ARRAY[7, 30, 90]) AS days
        WHERE l.valid_until - make_interval(days => days) <= $1
        ORDER BY days LIMIT 1) AS step
 CROSS JOIN LATERAL (
       SELECT b.party_ids[1] AS party_id FROM bindings b
        WHERE b.licence_id = l.id AND b.valid_from <= $1 AND b.known_from <= $1
          AND (b.valid_until IS NULL OR b.valid_until > $1)
        ORDER BY b.known_from DESC, b.id DESC LIMIT 1) AS licensee
  JOIN parties p ON p.id = licensee.party_id AND p.email IS NOT NULL
 WHERE l.valid_until > $1
   AND l.valid_until <= $1 + interval '90 days'
   AND NOT EXISTS (SELECT FROM licence_events e
                    WHERE e.licence_id = l.id AND e.kind IN ('revoked', 'surrendered') AND e.effective_at <= $1
                      AND NOT EXISTS (SELECT FROM licence_events r
                                       WHERE r.licence_id = e.licence_id AND r.kind = 'reinstated' AND r.effective_at <= $1
                                         AND (r.recorded_at, r.id) > (e.recorded_at, e.id)))
   AND NOT EXISTS (SELECT FROM licences next
                    WHERE next.office_id = l.office_id AND next.network_id = l.network_id
                      AND next.valid_from = l.valid_until)
   AND NOT EXISTS (SELECT FROM outbox o WHERE o.cause_key = 'licence_expiry:' || l.id || ':' || step.days)
 ORDER BY l.id
 LIMIT $2
ON CONFLICT (cause_key) DO NOTHING
