-- Each destination of approved settlement $1: its position, and what the position before, the window's totals, what came
-- in, the holds, the payouts and the demands say of it.
WITH settled AS (
    SELECT s.id, s.network_id, s.window_id, w.ordinal FROM settlements s JOIN windows w ON w.id = s.window_id WHERE s.id = $1
), moved AS (
    SELECT p.party_id, p.deposit_identifier, p.unit_id, p.closing AS opening, p.carried_cycles AS carried_before,
           0::bigint AS earned, 0::bigint AS collected, 0::bigint AS remitted, 0::bigint AS returned, 0::bigint AS holds,
           0::bigint AS ordered, 0::bigint AS demanded, false AS has_lines
      FROM settled x
      JOIN windows w ON w.network_id = x.network_id AND w.ordinal = x.ordinal - 1
      JOIN settlements s ON s.window_id = w.id AND s.state = 'approved'
      JOIN positions p ON p.settlement_id = s.id
    UNION ALL
    SELECT t.party_id, t.deposit_identifier, t.unit_id, 0, 0, CASE line.side WHEN 1 THEN line.amount ELSE 0 END,
           CASE line.side WHEN 2 THEN line.amount ELSE 0 END, 0, 0, 0, 0, 0, true
      FROM settled x
      JOIN window_totals t ON t.window_id = x.window_id
     CROSS JOIN LATERAL unnest(t.sides, t.sums) AS line (side, amount)
    UNION ALL
    SELECT r.party_id, r.deposit_identifier, r.unit_id, 0, 0, 0, 0, r.amount, 0, 0, 0, 0, false
      FROM settled x JOIN remittances r ON r.window_id = x.window_id
    UNION ALL
    SELECT o.party_id, o.deposit_identifier, o.unit_id, 0, 0, 0, 0, 0, o.amount, 0, 0, 0, false
      FROM settled x
      JOIN payout_answers a ON a.window_id = x.window_id AND a.outcome = 'returned'
      JOIN payouts o ON o.id = a.payout_id
    UNION ALL
    SELECT m.party_id, m.deposit_identifier, m.unit_id, 0, 0, 0, 0, 0, 0, m.amount, 0, 0, s.id = $1
      FROM settled x
      JOIN settlements s ON s.network_id = x.network_id AND s.state = 'approved'
      JOIN windows w ON w.id = s.window_id AND w.ordinal <= x.ordinal
      JOIN hold_movements m ON m.settlement_id = s.id
    UNION ALL
    SELECT o.party_id, o.deposit_identifier, o.unit_id, 0, 0, 0, 0, 0, 0, 0, o.amount, 0, false
      FROM payouts o WHERE o.settlement_id = $1
    UNION ALL
    SELECT d.party_id, d.deposit_identifier, d.unit_id, 0, 0, 0, 0, 0, 0, 0, 0, d.amount, false
      FROM remittance_demands d WHERE d.settlement_id = $1
), sums AS (
    SELECT party_id, deposit_identifier, unit_id, sum(opening)::bigint AS opening, sum(carried_before)::smallint AS carried_before,
           sum(earned)::bigint AS earned, sum(collected)::bigint AS collected, sum(remitted)::bigint AS remitted,
           sum(returned)::bigint AS returned, sum(holds)::bigint AS holds, sum(ordered)::bigint AS ordered,
           sum(demanded)::bigint AS demanded, bool_or(has_lines) AS has_lines
      FROM moved GROUP BY 1, 2, 3
)
SELECT party_id, deposit_identifier, unit_id, p.settlement_id IS NOT NULL AS is_stored,
       coalesce(p.opening, 0) AS opening, coalesce(p.earned, 0) AS earned, coalesce(p.collected, 0) AS collected,
       coalesce(p.memos, 0) AS memos, coalesce(p.remitted, 0) AS remitted, coalesce(p.returned, 0) AS returned,
       coalesce(p.before, 0) AS before, coalesce(p.active_holds, 0) AS active_holds, coalesce(p.held, 0) AS held,
       coalesce(p.payable, 0) AS payable, coalesce(p.paid, 0) AS paid, coalesce(p.closing, 0) AS closing,
       coalesce(p.carried_cycles, 0::smallint) AS carried_cycles,
       coalesce(m.opening, 0) AS moved_opening, coalesce(m.carried_before, 0::smallint) AS carried_before,
       coalesce(m.earned, 0) AS moved_earned, coalesce(m.collected, 0) AS moved_collected,
       coalesce(m.remitted, 0) AS moved_remitted, coalesce(m.returned, 0) AS moved_returned,
       coalesce(m.holds, 0) AS moved_holds, coalesce(m.ordered, 0) AS ordered, coalesce(m.demanded, 0) AS demanded,
       coalesce(m.has_lines, false) AS has_lines
  FROM sums m
  FULL JOIN (SELECT * FROM positions WHERE settlement_id = $1) p USING (party_id, deposit_identifier, unit_id)
 ORDER BY party_id, deposit_identifier, unit_id
