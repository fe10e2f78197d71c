-- What the people of the access matrix have of organizations: one each, for the sake of the matrix under their own id. Olga's is the one that the
-- others try: Mia and the target are members there, Rex was one, and Otto is a member of Bob's.
insert into public.organizations (id, name) select id, 'Place of ' || name from matrix.people;
insert into public.memberships (organization_id, user_id, role) select id, id, 'owner' from matrix.people;
insert into public.memberships (organization_id, user_id)
select place.id, person.id
from matrix.people as place
join matrix.people as person
	on (place.name = 'olga' and person.name in ('mia', 'target', 'rex')) or (place.name = 'bob' and person.name = 'otto');
insert into public.invitations (organization_id, role, created_by, secret_hash)
select id, 'member', id, encode(sha256(convert_to(case name when 'olga' then repeat('c', 32) else name end, 'UTF8')), 'hex')
from matrix.people;

-- Everybody is invited to the target's, under their address.
insert into public.invitations (organization_id, role, email, secret_hash)
select place.id, 'member', account.email, encode(sha256(convert_to('for ' || account.email, 'UTF8')), 'hex')
from matrix.people as place, matrix.people as person
join auth.users as account on account.id = person.id
where place.name = 'target' and person.name <> 'target';

-- Rex is removed, after his token was issued.
delete from public.memberships
where user_id = (select id from matrix.people where name = 'rex')
	and organization_id = (select id from matrix.people where name = 'olga');

create function matrix.invitation_of(p_organization uuid) returns uuid
language sql stable security definer
set search_path = ''
as $$ select id from public.invitations where organization_id = p_organization $$;
create function matrix.invitation_for(p_person uuid) returns uuid
language sql stable security definer
set search_path = ''
as $$ select id from public.invitations where email = (select email from auth.users where id = p_person) $$;
grant execute on function matrix.invitation_of(uuid), matrix.invitation_for(uuid) to public;
