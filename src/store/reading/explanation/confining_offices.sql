-- The offices of party $1's bindings; NULL if a tariff's term may name it, or it is an agency or network $2's central party.
SELECT CASE WHEN NOT EXISTS (SELECT FROM tariff_terms m WHERE m.party_id = $1)
             AND NOT EXISTS (SELECT FROM tariff_versions v WHERE v.agency_party_id = $1)
             AND NOT EXISTS (SELECT FROM networks n WHERE n.id = $2 AND n.central_party_id = $1)
            THEN ARRAY(SELECT DISTINCT l.office_id
                         FROM bindings g JOIN licences l ON l.id = g.licence_id
                        WHERE $1 = ANY (g.party_ids)
                        ORDER BY 1)
       END AS office_ids
