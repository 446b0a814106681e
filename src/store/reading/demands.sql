-- Demands before the id $4, newest first, at most $5, each with what was demanded of its chain after it, and the chain's balance: the
-- closing of the network's last approved settlement and what came in since. $1 network, $2 party, $3 id of the party for which
-- is asked, $6 whether only paid ones are wanted (see `domain::demand`).
WITH demanded AS (
    SELECT d.id, d.settlement_id, n.code AS network, p.code AS party, d.deposit_identifier, u.code AS unit, d.amount, d.reference, d.due_at,
           w.period_key,
           coalesce((SELECT sum(l.amount) FROM remittance_demands l JOIN settlements t ON t.id = l.settlement_id
                      WHERE l.party_id = d.party_id AND l.deposit_identifier = d.deposit_identifier AND l.unit_id = d.unit_id AND l.id > d.id
                        AND t.network_id = s.network_id), 0)::bigint AS newer,
           (coalesce((SELECT o.closing FROM positions o
                       WHERE o.settlement_id = last.id AND o.party_id = d.party_id AND o.deposit_identifier = d.deposit_identifier
                         AND o.unit_id = d.unit_id), 0)
            + came.amount)::bigint AS balance
      FROM remittance_demands d
      JOIN settlements s ON s.id = d.settlement_id
      JOIN windows w ON w.id = s.window_id
      JOIN networks n ON n.id = s.network_id
      JOIN parties p ON p.id = d.party_id
      JOIN currency_units u ON u.id = d.unit_id
     CROSS JOIN LATERAL (SELECT t.id, v.ordinal FROM settlements t JOIN windows v ON v.id = t.window_id
                          WHERE v.network_id = s.network_id AND t.state = 'approved' ORDER BY v.ordinal DESC LIMIT 1) last
     CROSS JOIN LATERAL came_in_since(last.ordinal, s.network_id, d.party_id, d.deposit_identifier, d.unit_id) came
     WHERE ($1 IS NULL OR n.code = $1) AND ($2 IS NULL OR p.code = $2) AND ($3 IS NULL OR d.party_id = $3) AND ($4 IS NULL OR d.id < $4)
)
SELECT * FROM demanded
 WHERE NOT $6 OR newer >= -balance
 ORDER BY id DESC
 LIMIT $5
