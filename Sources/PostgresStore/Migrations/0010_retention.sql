-- Rows that are kept for a while: finding those whose time is over, and reading events in the order of their transactions.

create index account_events_happened on account_events (happened_at);
create index app_events_order on app_events (transaction, sequence);
