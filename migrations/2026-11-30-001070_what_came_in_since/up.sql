-- What a chain's balance gains after its last settlement is worked out in one place, whichever demands are listed.
CREATE FUNCTION came_in_since(settled integer, of_network smallint, of_party integer, of_destination text, of_unit smallint)
    RETURNS TABLE (amount numeric)
    LANGUAGE sql STABLE
AS $$
    SELECT coalesce((SELECT sum(r.amount) FROM public.remittances r JOIN public.windows v ON v.id = r.window_id
                      WHERE r.party_id = of_party AND r.network_id = of_network AND r.deposit_identifier = of_destination
                        AND r.unit_id = of_unit AND v.ordinal > settled), 0)
         + coalesce((SELECT sum(o.amount) FROM public.payouts o
                       JOIN public.payout_answers a ON a.payout_id = o.id AND a.outcome = 'returned'
                       JOIN public.windows v ON v.id = a.window_id
                      WHERE o.party_id = of_party AND o.network_id = of_network AND o.deposit_identifier = of_destination
                        AND o.unit_id = of_unit AND v.ordinal > settled), 0)
$$;
COMMENT ON FUNCTION came_in_since(integer, smallint, integer, text, smallint) IS 'What was remitted and what came back of a chain in windows after the ordinal of its last settlement. Without settings of its own, so that it is planned as a part of the query that asks.';
