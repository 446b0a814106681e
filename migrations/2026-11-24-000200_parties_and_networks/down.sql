DROP TABLE weekends, holidays, network_rules, network_parties, networks, bank_accounts, parties, roles, currency_units;
DROP EXTENSION btree_gist;
