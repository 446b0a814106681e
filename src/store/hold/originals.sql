SELECT id, licence_id, ordinal, occurred_at, received_at FROM candidates
