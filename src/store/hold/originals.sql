SELECT DISTINCT id, licence_id, party_id, deposit_identifier, unit_id, ordinal, occurred_at, received_at FROM own WHERE sign > 0
