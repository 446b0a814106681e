DROP TABLE remittance_demands, remittances, payout_answers, payouts, hold_movements, positions, settlements;
DROP FUNCTION keep_payout_terms();
DROP FUNCTION keep_decided_settlement();
