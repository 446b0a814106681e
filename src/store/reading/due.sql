-- What is due next to one party in each network: its last approved position, what moved since (earned only in sealed windows, the
-- others have no totals yet), and what is on its way.
WITH asked AS (SELECT $1::int AS party_id)
SELECT n.id AS network_id, n.code AS network, u.id AS unit_id, u.code AS unit, n.payout_threshold AS threshold, n.carried_cycles_max,
       coalesce(o.closing, 0)::bigint AS closing, coalesce(o.carried_cycles, 0)::smallint AS carried_cycles,
       o.window_ends_at AS settled_until,
       coalesce((SELECT sum(CASE line.side WHEN 1 THEN line.amount ELSE -line.amount END)
          FROM windows w JOIN window_seals s ON s.window_id = w.id
          JOIN window_totals t ON t.window_id = w.id AND t.party_id = q.party_id AND t.deposit_identifier = '' AND t.unit_id = u.id
         CROSS JOIN LATERAL unnest(t.sides, t.sums) AS line (side, amount)
         WHERE w.network_id = n.id AND w.ordinal > coalesce(o.ordinal, 0)), 0)::bigint AS sealed,
       coalesce((SELECT sum(r.amount) FROM remittances r JOIN windows w ON w.id = r.window_id
          WHERE r.party_id = q.party_id AND r.network_id = n.id AND r.unit_id = u.id AND r.deposit_identifier = ''
            AND w.ordinal > coalesce(o.ordinal, 0)), 0)::bigint AS remitted,
       coalesce((SELECT sum(p.amount) FROM payout_answers a JOIN payouts p ON p.id = a.payout_id JOIN windows w ON w.id = a.window_id
          WHERE p.party_id = q.party_id AND p.network_id = n.id AND p.unit_id = u.id AND p.deposit_identifier = '' AND a.outcome = 'returned'
            AND w.ordinal > coalesce(o.ordinal, 0)), 0)::bigint AS returned,
       coalesce((SELECT sum(p.amount) FROM payouts p
          WHERE p.party_id = q.party_id AND p.network_id = n.id AND p.unit_id = u.id AND p.deposit_identifier = '' AND p.state IN ('waiting', 'released')), 0)::bigint AS on_its_way,
       w.ends_at AS window_ends_at, w.period_key
  FROM asked q
 CROSS JOIN networks n
  JOIN currency_units u ON u.id = n.unit_id
  LEFT JOIN LATERAL (SELECT p.closing, p.carried_cycles, w.ordinal, w.ends_at AS window_ends_at
                       FROM settlements s JOIN windows w ON w.id = s.window_id
                       LEFT JOIN positions p ON p.settlement_id = s.id AND p.party_id = q.party_id AND p.deposit_identifier = '' AND p.unit_id = u.id
                      WHERE s.network_id = n.id AND s.state = 'approved' ORDER BY w.ordinal DESC LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT w.ends_at, w.period_key FROM windows w
                      WHERE w.network_id = n.id AND w.ordinal > coalesce(o.ordinal, 0) ORDER BY w.ordinal LIMIT 1) w ON true
 WHERE EXISTS (SELECT FROM bindings b JOIN licences l ON l.id = b.licence_id WHERE b.party_ids[1] = q.party_id AND l.network_id = n.id)
 ORDER BY n.code
