-- What the people of the access matrix have of the studio: a card. That of the one who is asked for it has a public link.
insert into public.studio_jobs (user_id, title, card, state, svg, png, png_complete, public_token)
select id, 'Card', '{}', 'done', '<svg/>', 'cG5n', true, case name when 'target' then repeat('a', 32) end from matrix.people;
