SELECT s.transaction_count, s.batch_count, s.amount_sum, s.principal_sum, s.earned_sum, s.collected_sum, s.root,
       b.counted_transactions, b.counted_batches, b.summed_amount, b.summed_principal, t.summed_earned, t.summed_collected,
       coalesce((SELECT sum(e.amount) FROM accounts a JOIN entries e ON e.account_id = a.id
                  WHERE a.kind = 'clearing' AND a.window_id = s.window_id), 0)::bigint AS clearing
  FROM window_seals s
 CROSS JOIN (SELECT coalesce(sum(row_count), 0)::bigint AS counted_transactions, count(*) AS counted_batches,
                    coalesce(sum(amount_sum), 0)::bigint AS summed_amount,
                    coalesce(sum(principal_sum), 0)::bigint AS summed_principal
               FROM batches WHERE window_id = $1) b
 CROSS JOIN (SELECT coalesce(sum(line.amount) FILTER (WHERE line.side = 1), 0)::bigint AS summed_earned,
                    coalesce(sum(line.amount) FILTER (WHERE line.side = 2), 0)::bigint AS summed_collected
               FROM window_totals w CROSS JOIN LATERAL unnest(w.sides, w.sums) AS line (side, amount)
              WHERE w.window_id = $1) t
 WHERE s.window_id = $1
