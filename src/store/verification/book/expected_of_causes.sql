-- The entries that holds, payouts, the bank's answers and remittances of window $1 make: a debit and a credit each.
WITH moved AS (
    SELECT 'hold' AS kind, p.settlement_id::bigint AS cause_id, p.party_id, s.network_id, s.window_id, p.deposit_identifier, p.unit_id,
           'due' AS debited, 'held' AS credited, 'hold' AS side, p.held - coalesce(b.held, 0) AS amount
      FROM positions p
      JOIN settlements s ON s.id = p.settlement_id AND s.state = 'approved'
      JOIN windows w ON w.id = s.window_id
      LEFT JOIN windows wb ON wb.network_id = w.network_id AND wb.ordinal = w.ordinal - 1
      LEFT JOIN settlements sb ON sb.window_id = wb.id AND sb.state = 'approved'
      LEFT JOIN positions b ON b.settlement_id = sb.id AND b.party_id = p.party_id
                           AND b.deposit_identifier = p.deposit_identifier AND b.unit_id = p.unit_id
     WHERE s.window_id = $1 AND p.held <> coalesce(b.held, 0)
    UNION ALL
    SELECT 'payout', o.id, o.party_id, o.network_id, s.window_id, o.deposit_identifier, o.unit_id, 'due', 'transit', 'payout', o.amount
      FROM payouts o JOIN settlements s ON s.id = o.settlement_id
     WHERE s.window_id = $1
    UNION ALL
    SELECT 'payout_answer', a.id, o.party_id, o.network_id, a.window_id, o.deposit_identifier, o.unit_id,
           CASE WHEN a.outcome = 'settled' OR NOT EXISTS (SELECT FROM payout_answers f
                                                           WHERE f.payout_id = a.payout_id AND f.outcome = 'settled')
                THEN 'transit' ELSE 'bank' END,
           CASE a.outcome WHEN 'settled' THEN 'bank' ELSE 'due' END,
           CASE a.outcome WHEN 'settled' THEN 'settled' ELSE 'returned' END, o.amount
      FROM payout_answers a JOIN payouts o ON o.id = a.payout_id
     WHERE a.window_id = $1
    UNION ALL
    SELECT 'remittance', r.id, r.party_id, r.network_id, r.window_id, r.deposit_identifier, r.unit_id, 'bank', 'due', 'remitted', r.amount
      FROM remittances r
     WHERE r.window_id = $1
), expected AS (
    SELECT m.kind, m.cause_id, m.party_id, m.network_id, m.window_id,
           CASE WHEN e.account IN ('due', 'held')
                THEN concat_ws(':', e.account, m.party_id, m.deposit_identifier, 0, m.unit_id, m.side, 0, '')
                ELSE concat_ws(':', e.account, 0, '', 0, m.unit_id, m.side, 0, '') END AS meaning,
           1::numeric AS items, e.amount::numeric AS amount
      FROM moved m CROSS JOIN LATERAL (VALUES (m.debited, -m.amount), (m.credited, m.amount)) e (account, amount)
)
