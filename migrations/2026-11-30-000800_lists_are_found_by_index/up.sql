-- Lists of one party or one state find their rows without reading what only grows.
CREATE INDEX payouts_of_a_party ON payouts (party_id, id);
CREATE INDEX payout_answers_that_return ON payout_answers (window_id) WHERE outcome = 'returned';
CREATE INDEX mail_of_a_statement ON outbox (statement_id) WHERE statement_id IS NOT NULL;
CREATE INDEX mail_that_was_not_accepted ON outbox (state, id) WHERE state <> 'accepted';
