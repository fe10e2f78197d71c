-- Purpose: an organization's inventory, and files of it that are imported in the background: a file is stored
--   line by line, its columns are matched to fields, and a worker stores a chunk of lines after the other.
-- Depends on: foundation, registration, account, jobs, live, organizations.
-- To remove: drop the functions and tables below, in public and in private, with the triggers _500_imports on
--   private.jobs and public.organizations, and _410_imports and _450_imports on public.users; and
--   src/lib/features/imports, its pages, its task and its lines in the nav.
--
-- A line is stored exactly once: what a chunk stores and refuses, and the number of the next one, are one
-- transaction, behind the lease of the queue. Whoever dies in it has done nothing, and whoever comes after
-- goes on from there.
-- Who made a row is never written by clients: the column defaults to who asks, and no policy looks at it. So
-- it is always true, and never in the way of an insert.

create table public.import_files (
	id uuid primary key default gen_random_uuid(),
	organization_id uuid not null references public.organizations (id) on delete cascade,
	-- Null when the account is gone. The file is the organization's.
	created_by uuid default auth.uid() references auth.users (id) on delete set null,
	name text not null,
	-- What was found in it, told when all of it has been read.
	byte_size bigint,
	encoding text,
	delimiter text,
	header text[],
	-- What has been stored of it so far.
	line_count integer not null default 0,
	chunk_count integer not null default 0,
	stored_bytes bigint not null default 0,
	last_line integer not null default 0,
	complete boolean not null default false,
	created_at timestamptz not null default now(),

	constraint import_files_id_and_organization unique (id, organization_id),
	constraint import_files_name_readable check (
		char_length(name) between 1 and 200 and name = btrim(name)
		and name !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
	),
	constraint import_files_byte_size_range check (byte_size between 1 and 200000000),
	constraint import_files_encoding_known check (encoding in ('utf-8', 'utf-16le', 'utf-16be', 'windows-1252')),
	constraint import_files_delimiter_known check (delimiter in (',', ';', E'\t')),
	constraint import_files_header_size check (
		cardinality(header) between 1 and 500 and octet_length(header::text) <= 100000
	),
	-- The lines as they are stored take more room than in the file.
	constraint import_files_stored_bytes_range check (stored_bytes between 0 and 1000000000),
	constraint import_files_complete_is_whole check (
		not complete or (byte_size is not null and encoding is not null and delimiter is not null and header is not null)
	)
);

-- The lines of a file: [[the number of the line in the file, its fields as texts …], …].
create table private.import_chunks (
	file_id uuid not null references public.import_files (id) on delete cascade,
	number integer not null,
	lines jsonb not null,

	primary key (file_id, number),
	constraint import_chunks_number_range check (number >= 0)
);

-- The name is the seed's.
create table public.scheduled_jobs (
	id uuid primary key default gen_random_uuid(),
	organization_id uuid not null references public.organizations (id) on delete cascade,
	created_by uuid default auth.uid() references auth.users (id) on delete set null,
	job_type text not null default 'inventory_import',
	file_id uuid,
	-- Of the file, so that history can be read when the file is gone: trigger _200_file.
	file_name text not null default '',
	header text[] not null default '{}',
	-- {"sku": 0, "name": 2, …}: field, and the column that it is in.
	mapping jsonb not null,
	decimal_mark text not null default '.',
	-- What is done with a line whose sku the inventory has already.
	on_known text not null default 'update',
	status text not null default 'scheduled',
	lines_total integer not null default 0,
	lines_done integer not null default 0,
	lines_added integer not null default 0,
	lines_updated integer not null default 0,
	lines_skipped integer not null default 0,
	lines_refused integer not null default 0,
	-- How many of the added and updated an undo has taken back. What somebody touched meanwhile it leaves.
	lines_undone integer not null default 0,
	-- It moves in the transaction that stores the chunk before it.
	next_chunk integer not null default 0,
	-- When open pages last heard of the progress.
	told_at timestamptz,
	error_code text,
	-- Its refused lines, and what its undo needs: kept of an organization's newest, see private.forget_imports().
	details text not null default 'kept',
	created_at timestamptz not null default now(),
	started_at timestamptz,
	finished_at timestamptz,

	-- A file that is deleted leaves the history where it is.
	constraint scheduled_jobs_file foreign key (file_id, organization_id)
		references public.import_files (id, organization_id) on delete set null (file_id),
	constraint scheduled_jobs_job_type_known check (job_type = 'inventory_import'),
	constraint scheduled_jobs_mapping_object check (jsonb_typeof(mapping) = 'object' and octet_length(mapping::text) <= 1000),
	constraint scheduled_jobs_decimal_mark_known check (decimal_mark in ('.', ',')),
	constraint scheduled_jobs_on_known_known check (on_known in ('update', 'skip')),
	constraint scheduled_jobs_status_known check (
		status in ('scheduled', 'running', 'done', 'failed', 'cancelled', 'undoing', 'undone')
	),
	constraint scheduled_jobs_lines_add_up check (
		lines_done = lines_added + lines_updated + lines_skipped + lines_refused and lines_done <= lines_total
	),
	constraint scheduled_jobs_error_code_form check (error_code ~ '^[a-z_]{1,40}$'),
	constraint scheduled_jobs_details_known check (details in ('kept', 'leaving', 'gone'))
);

create table public.inventory_items (
	id uuid primary key default gen_random_uuid(),
	organization_id uuid not null references public.organizations (id) on delete cascade,
	-- Compared by its bytes: two texts are one sku only when they are the same, and an index of it is quick.
	sku text collate "C" not null,
	name text not null,
	quantity integer,
	price numeric(12, 2),
	location text,
	category text,
	note text,
	-- The import that wrote it last; null when a person has since. No foreign key, which would look the import
	-- up for every line: nobody but the functions below writes it, and no import is deleted but with its
	-- organization.
	import_id uuid,
	-- Counts up with every change.
	version integer not null default 1,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),

	constraint inventory_items_sku_once unique (organization_id, sku),
	constraint inventory_items_sku_length check (char_length(sku) between 1 and 100),
	constraint inventory_items_name_length check (char_length(name) between 1 and 200),
	constraint inventory_items_quantity_range check (quantity between 0 and 999999999),
	-- NaN is more than any number.
	constraint inventory_items_price_range check (price between 0 and 9999999999.99),
	constraint inventory_items_location_length check (char_length(location) <= 200),
	constraint inventory_items_category_length check (char_length(category) <= 200),
	constraint inventory_items_note_length check (char_length(note) <= 2000)
);

-- What an import found in the rows that it updated, for its undo. Null for a row that it had added, or had
-- found already, and that was changed by somebody else before the import was over: so it is known that the sku
-- has had its line.
create table private.import_changes (
	job_id uuid not null references public.scheduled_jobs (id) on delete cascade,
	item_id uuid not null,
	before jsonb,

	primary key (job_id, item_id)
);

-- The lines that were not stored, as they were in the file, and why.
create table private.import_refusals (
	job_id uuid not null references public.scheduled_jobs (id) on delete cascade,
	line integer not null,
	fields text[] not null,
	reason text not null,
	-- The field that is at fault; null when it is the whole line.
	field text,

	primary key (job_id, line)
);

comment on table public.import_files is
	'Files whose lines are stored, to be imported. Members of the organization read them, add them and delete them.';
comment on table public.scheduled_jobs is
	'Imports that wait, run or are over. Members start them, always in their own name; the rest is the worker''s.';
comment on table public.inventory_items is
	'What an organization has. Its members read and write it, and imports do.';

-- The lists of an organization, and the foreign keys.
create index import_files_organization_id on public.import_files (organization_id, created_at desc);
create index import_files_created_by on public.import_files (created_by);
create index scheduled_jobs_organization_id on public.scheduled_jobs (organization_id, created_at desc);
create index scheduled_jobs_created_by on public.scheduled_jobs (created_by);
create index scheduled_jobs_file_id on public.scheduled_jobs (file_id, organization_id);
-- Looked for at every chunk, among the many that are over.
create index scheduled_jobs_open on public.scheduled_jobs (organization_id)
	where status in ('scheduled', 'running', 'undoing');
create index scheduled_jobs_details on public.scheduled_jobs (organization_id, created_at desc)
	where details <> 'gone';
-- What an import wrote, for its undo.
create index inventory_items_import_id on public.inventory_items (import_id) where import_id is not null;

-- Compressing takes longer than writing.
alter table private.import_chunks alter column lines set storage external;

alter table public.import_files enable row level security;
alter table public.scheduled_jobs enable row level security;
alter table public.inventory_items enable row level security;

revoke all on table
	public.import_files, public.scheduled_jobs, public.inventory_items,
	private.import_chunks, private.import_changes, private.import_refusals
	from public, anon, authenticated, service_role;

grant select, delete on table public.import_files to authenticated;
grant insert (organization_id, name) on table public.import_files to authenticated;
grant select on table public.scheduled_jobs to authenticated;
-- No created_by: it is who asks. No status and no figures: they are the worker's alone.
grant insert (organization_id, job_type, file_id, mapping, decimal_mark, on_known) on table public.scheduled_jobs to authenticated;
grant select, delete on table public.inventory_items to authenticated;
grant insert (organization_id, sku, name, quantity, price, location, category, note) on table public.inventory_items to authenticated;
-- No organization_id: nothing is handed to another one.
grant update (sku, name, quantity, price, location, category, note) on table public.inventory_items to authenticated;

grant select, insert, update, delete on table public.import_files, public.scheduled_jobs, public.inventory_items to service_role;

-- Whatever another policy allows, it is allowed only while the session is alive and the person not suspended.
create policy all_active on public.import_files
	as restrictive for all to authenticated
	using ((select private.is_active()))
	with check ((select private.is_active()));

-- Members see the organization's files, admins see all.
create policy select_member_or_admin on public.import_files
	for select to authenticated
	using ((select private.is_admin()) or organization_id = any (array(select unnest(private.my_organizations()))));

-- Members add files to their organizations.
create policy insert_member on public.import_files
	for insert to authenticated
	with check (organization_id = any (array(select unnest(private.my_organizations()))));

-- Members delete what no import is reading.
create policy delete_member on public.import_files
	for delete to authenticated
	using (
		organization_id = any (array(select unnest(private.my_organizations())))
		and not exists (
			select from public.scheduled_jobs as job
			where job.file_id = import_files.id and job.status in ('scheduled', 'running')
		)
	);

-- As above.
create policy all_active on public.scheduled_jobs
	as restrictive for all to authenticated
	using ((select private.is_active()))
	with check ((select private.is_active()));

-- Members see the organization's imports, admins see all.
create policy select_member_or_admin on public.scheduled_jobs
	for select to authenticated
	using ((select private.is_admin()) or organization_id = any (array(select unnest(private.my_organizations()))));

-- Members start imports. It asks for the membership only: the author is the column's default.
create policy insert_member on public.scheduled_jobs
	for insert to authenticated
	with check (organization_id = any (array(select unnest(private.my_organizations()))));

-- As above.
create policy all_active on public.inventory_items
	as restrictive for all to authenticated
	using ((select private.is_active()))
	with check ((select private.is_active()));

-- Members see the organization's inventory, admins see all.
create policy select_member_or_admin on public.inventory_items
	for select to authenticated
	using ((select private.is_admin()) or organization_id = any (array(select unnest(private.my_organizations()))));

-- Members add to it.
create policy insert_member on public.inventory_items
	for insert to authenticated
	with check (organization_id = any (array(select unnest(private.my_organizations()))));

-- Members change it. The grant says that nothing goes to another organization.
create policy update_member on public.inventory_items
	for update to authenticated
	using (organization_id = any (array(select unnest(private.my_organizations()))))
	with check (organization_id = any (array(select unnest(private.my_organizations()))));

-- Members delete from it.
create policy delete_member on public.inventory_items
	for delete to authenticated
	using (organization_id = any (array(select unnest(private.my_organizations()))));

-- A file of one of the organizations of whoever asks, or a refusal. Not behind a lock, as acts on an
-- organization are: nobody waits for somebody else's upload.
create function private.require_import_file(p_file uuid) returns public.import_files
language plpgsql
stable
set search_path = ''
as $$
declare
	v_file public.import_files;
begin
	perform private.require_active();
	select * into v_file from public.import_files
	where id = p_file and organization_id = any (private.my_organizations());
	if not found then
		raise exception 'there is no such file' using errcode = 'PT404', hint = 'no_import_file';
	end if;
	return v_file;
end;
$$;

create function private.require_import(p_job uuid) returns public.scheduled_jobs
language plpgsql
stable
set search_path = ''
as $$
declare
	v_job public.scheduled_jobs;
begin
	perform private.require_active();
	select * into v_job from public.scheduled_jobs
	where id = p_job and organization_id = any (private.my_organizations());
	if not found then
		raise exception 'there is no such import' using errcode = 'PT404', hint = 'no_import';
	end if;
	return v_job;
end;
$$;

-- Before an act on an import. An organization and an account that are being deleted take the import and the
-- queue's job with them: everybody takes the account first, then the organization, then the job, then the
-- import, so that nobody waits in a circle.
create function private.hold_import(p_user_ids uuid[], p_organization_id uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
	perform from auth.users where id = any (p_user_ids) order by id for key share;
	perform from public.organizations where id = p_organization_id for key share;
end;
$$;

-- Which column a field is in must be a column of the file. What is not mapped is left as it is.
create function private.require_mapping(p_mapping jsonb, p_width integer) returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
	if jsonb_typeof(p_mapping) is distinct from 'object'
		or not p_mapping ?& array['sku', 'name']
		or exists (
			select from jsonb_each(p_mapping) as entry (field, place)
			where field not in ('sku', 'name', 'quantity', 'price', 'location', 'category', 'note')
				or jsonb_typeof(place) <> 'number'
				or place::text !~ '^[0-9]{1,3}$'
				or place::integer >= p_width
		) then
		raise exception 'the columns do not fit the file' using errcode = 'PT409', hint = 'mapping_invalid';
	end if;
end;
$$;

create function private.require_decimal_mark(p_mark text) returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
	if p_mark is null or p_mark not in ('.', ',') then
		raise exception 'there is no such decimal mark' using errcode = 'invalid_parameter_value';
	end if;
end;
$$;

-- The lines of a chunk as they are to be stored, or the first reason why not. The one place that knows what
-- a line means: the review, the check and the import read with it.
-- A number is what cannot be misread: digits, with marks between thousands or without, and at most two
-- decimals. 1e3 is refused, as spreadsheets write it for what they have rounded; and 1.000 where the decimal
-- mark is a point, as whoever wrote it meant a thousand.
create function private.read_import_lines(p_lines jsonb, p_width integer, p_mapping jsonb, p_decimal_mark text)
returns table (
	place bigint, line integer, raw jsonb,
	sku text, name text, quantity integer, price numeric, location text, category text, note text,
	reason text, field text
)
language plpgsql
stable
set search_path = ''
as $$
#variable_conflict use_column
declare
	c_space constant text := E' \t\r\n\u00a0';
	-- Where a column is in a line, behind the line's number. Null, as is what is found there, when not mapped.
	v_sku constant integer := (p_mapping ->> 'sku')::integer + 1;
	v_name constant integer := (p_mapping ->> 'name')::integer + 1;
	v_quantity constant integer := (p_mapping ->> 'quantity')::integer + 1;
	v_price constant integer := (p_mapping ->> 'price')::integer + 1;
	v_location constant integer := (p_mapping ->> 'location')::integer + 1;
	v_category constant integer := (p_mapping ->> 'category')::integer + 1;
	v_note constant integer := (p_mapping ->> 'note')::integer + 1;
	-- Marks between thousands: the other one of the two, spaces and apostrophes; within a number the same.
	v_marks constant text := case p_decimal_mark when ',' then '.' else ',' end || E' \u00a0\u202f''\u2019';
	-- The patterns take time by the square of the length: of what is longer is asked only whether it could be a number,
	-- which is out of range then. So is a number of more than 60 characters, before it becomes one that nobody can hold.
	c_longest constant integer := 200;
	v_figures constant text := '+-0123456789' || p_decimal_mark || v_marks;
	v_whole constant text := '^[+-]?(?:[0-9]+|[0-9]{1,3}([' || v_marks || '])[0-9]{3}(?:\1[0-9]{3})*)';
	v_whole_number constant text := v_whole || '(?:[' || p_decimal_mark || '](?:0{1,2}|0{4,}))?$';
	v_amount constant text := v_whole || '(?:[' || p_decimal_mark || '](?:[0-9]{1,2}|[0-9]{2}0{2,}))?$';
begin
	return query
	select
		known.place, known.line, known.raw, known.sku, known.name,
		case when known.quantity_is = 'good' then known.quantity::integer end,
		case when known.price_is = 'good' then known.price::numeric end,
		known.location, known.category, known.note,
		known.reason,
		case when known.reason not in ('too_few_fields', 'too_many_fields') then split_part(known.reason, '_', 1) end
	from (
		select
			judged.*,
			case
				when judged.width < p_width then 'too_few_fields'
				when judged.width > p_width then 'too_many_fields'
				when judged.sku is null then 'sku_missing'
				when char_length(judged.sku) > 100 then 'sku_too_long'
				when judged.name is null then 'name_missing'
				when char_length(judged.name) > 200 then 'name_too_long'
				when judged.quantity_is <> 'good' then 'quantity_' || judged.quantity_is
				when judged.price_is <> 'good' then 'price_' || judged.price_is
				when char_length(judged.location) > 200 then 'location_too_long'
				when char_length(judged.category) > 200 then 'category_too_long'
				when char_length(judged.note) > 2000 then 'note_too_long'
			end as reason
		from (
			select
				written.place, written.line, written.raw, written.width,
				written.sku, written.name, written.location, written.category, written.note,
				-- Numbers in PostgreSQL's own words.
				case when written.quantity_is = 'good' then translate(written.quantity, p_decimal_mark || v_marks, '.')::numeric end as quantity,
				case when written.price_is = 'good' then translate(written.price, p_decimal_mark || v_marks, '.')::numeric end as price,
				case
					when written.quantity_is = 'good' and written.quantity !~ '^[0-9]{1,9}$'
						and translate(written.quantity, p_decimal_mark || v_marks, '.')::numeric not between 0 and 999999999
						then 'range'
					else written.quantity_is
				end as quantity_is,
				case
					when written.price_is = 'good'
						and translate(written.price, p_decimal_mark || v_marks, '.')::numeric not between 0 and 9999999999.99
						then 'range'
					else written.price_is
				end as price_is
			from (
				select
					cut.*,
					case
						when cut.quantity is null or cut.quantity ~ '^[0-9]{1,9}$' then 'good'
						when char_length(cut.quantity) > c_longest then
							case translate(cut.quantity, v_figures, '') when '' then 'range' else 'invalid' end
						when cut.quantity !~ v_whole_number then 'invalid'
						when char_length(cut.quantity) > 60 then 'range'
						else 'good'
					end as quantity_is,
					case
						when cut.price is null then 'good'
						when char_length(cut.price) > c_longest then
							case translate(cut.price, v_figures, '') when '' then 'range' else 'invalid' end
						when cut.price !~ v_amount then 'invalid'
						when char_length(cut.price) > 60 then 'range'
						else 'good'
					end as price_is
				from (
					select
						entry.place,
						(entry.raw ->> 0)::numeric::integer as line,
						entry.raw,
						jsonb_array_length(entry.raw) - 1 as width,
						nullif(btrim(entry.raw ->> v_sku, c_space), '') collate "C" as sku,
						nullif(btrim(entry.raw ->> v_name, c_space), '') as name,
						nullif(btrim(entry.raw ->> v_quantity, c_space), '') as quantity,
						nullif(btrim(entry.raw ->> v_price, c_space), '') as price,
						nullif(btrim(entry.raw ->> v_location, c_space), '') as location,
						nullif(btrim(entry.raw ->> v_category, c_space), '') as category,
						nullif(btrim(entry.raw ->> v_note, c_space), '') as note
					from jsonb_array_elements(p_lines) with ordinality as entry (raw, place)
					-- Each step is done once a line, and not once for each use of what it found.
					offset 0
				) as cut
				offset 0
			) as written
			offset 0
		) as judged
		offset 0
	) as known;
end;
$$;

-- Those wait here who add to an organization at the same moment, and for one that is being deleted. Whoever is no
-- member does not: false, and the policy refuses them, and they do not learn how full it is. Whoever is none any
-- more behind the lock is refused here, as the policy goes by what was when the statement began.
create function private.lock_imports_of(p_organization_id uuid) returns boolean
language plpgsql
set search_path = ''
as $$
begin
	if auth.uid() is not null
		and not (private.is_active() and p_organization_id = any (private.my_organizations())) then
		return false;
	end if;
	perform from auth.users where id = auth.uid() for key share;
	perform pg_advisory_xact_lock(hashtextextended('private.lock_imports_of ' || p_organization_id::text, 0));
	perform from public.organizations where id = p_organization_id for key share;
	if auth.uid() is not null
		and not (private.is_active() and p_organization_id = any (private.my_organizations())) then
		raise exception 'there is no such organization' using errcode = 'PT404', hint = 'no_organization';
	end if;
	return true;
end;
$$;

-- How much an organization keeps here, counted behind the lock. What was never read to its end goes when the next
-- file comes. And whoever asks is the author, here and below, also were the grants lost that keep people from
-- writing it.
-- definer because a member may not delete what somebody else is reading in.
create function private.limit_import_files() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	if not private.lock_imports_of(new.organization_id) then
		return new;
	end if;
	delete from public.import_files
	where organization_id = new.organization_id and not complete and created_at < now() - interval '1 day';
	if (
		select count(*) >= 100 or coalesce(sum(stored_bytes), 0) > 2000000000
		from public.import_files where organization_id = new.organization_id
	) then
		raise exception 'no room for another file' using errcode = 'PT409', hint = 'too_many_import_files';
	end if;
	new.created_by := coalesce(auth.uid(), new.created_by);
	return new;
end;
$$;

-- definer because not every backend lets people into the schema auth.
create function private.limit_imports() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	if not private.lock_imports_of(new.organization_id) then
		return new;
	end if;
	if (
		select count(*) >= 5 from public.scheduled_jobs
		where organization_id = new.organization_id and status in ('scheduled', 'running', 'undoing')
	) then
		raise exception 'too many imports at once' using errcode = 'PT409', hint = 'too_many_imports';
	end if;
	new.created_by := coalesce(auth.uid(), new.created_by);
	return new;
end;
$$;

-- An import keeps what its file was. It reads as the person who asks: of a file that they cannot see it takes
-- nothing, and then the foreign key or the policy refuses.
create function private.fill_import() returns trigger
language plpgsql
set search_path = ''
as $$
declare
	v_file public.import_files;
begin
	select * into v_file from public.import_files
	where id = new.file_id and organization_id = new.organization_id;
	if found then
		if not v_file.complete then
			raise exception 'the file has not been read to its end' using errcode = 'PT409', hint = 'file_incomplete';
		end if;
		perform private.require_mapping(new.mapping, cardinality(v_file.header));
		new.file_name := v_file.name;
		new.header := v_file.header;
		new.lines_total := v_file.line_count;
	end if;
	return new;
end;
$$;

-- Only here is asked for the file: an import may lose it later, and whoever is no member is told that first.
-- definer because the queue is nobody's to write but its owner's.
create function private.enqueue_import() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	if new.file_id is null then
		raise exception 'an import needs a file' using errcode = 'not_null_violation';
	end if;
	perform private.enqueue_job('imports.run', new.id, new.created_by);
	return null;
end;
$$;

-- With the organization go its imports.
-- definer because of the same.
create function private.hold_imports() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.hold_jobs('imports.run', array(
		select id from public.scheduled_jobs
		where organization_id = old.id and status in ('scheduled', 'running', 'failed', 'undoing')
	));
	return old;
end;
$$;

-- What people see follows the queue. An import that waits for its next try has not failed. One that is being
-- undone stays so, whoever does it.
-- definer because whoever moves a job need not be able to write what people see of it.
create function private.follow_import_job() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_state text := private.job_state(new);
begin
	update public.scheduled_jobs
	set status = case
			when status = 'undoing' then status
			when v_state = 'waiting' then 'scheduled'
			else v_state
		end,
		started_at = case when v_state = 'running' then coalesce(started_at, now()) else started_at end,
		finished_at = case when v_state = 'failed' and status <> 'undoing' then now() end,
		error_code = case when v_state = 'failed' then 'given_up' end
	where id = new.subject_id and status in ('scheduled', 'running', 'failed', 'undoing');
	return null;
end;
$$;

-- An organization that somebody has left may have files and imports of theirs. It must not go while their account
-- does, as both change these rows. After the organizations that they belong to, and before the queue's jobs.
-- definer because of the same.
create function private.hold_organizations_imported_to() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform from public.organizations
	where id in (
		select organization_id from public.import_files where created_by = old.id
		union all
		select organization_id from public.scheduled_jobs where created_by = old.id
	)
	for key share;
	return old;
end;
$$;

-- Who goes on with what somebody has begun whose account is deleted. Not whose account is being deleted, too, and may
-- wait for this one, as long as there is somebody else; but rather that than nobody.
create function private.heir_of_imports(p_organization_id uuid, p_leaver uuid) returns uuid
language plpgsql
set search_path = ''
as $$
declare
	v_heirs uuid[] := array(
		select user_id
		from public.memberships
		where organization_id = p_organization_id and user_id <> p_leaver
		order by role desc, created_at, user_id
	);
	v_heir uuid;
begin
	select account.id into v_heir
	from auth.users as account
	where account.id = any (v_heirs)
	order by array_position(v_heirs, account.id)
	limit 1
	for key share skip locked;
	return coalesce(v_heir, v_heirs[1]);
end;
$$;

-- The import of somebody whose account is deleted is the organization's, and goes on in another owner's name. On the
-- profile, which goes before the queue's jobs do: see private.lock_organizations_of().
-- definer because whoever deletes an account may not write the queue.
create function private.hand_over_imports() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	update private.jobs as job
	set owner_id = coalesce(private.heir_of_imports(import.organization_id, old.id), job.owner_id)
	from public.scheduled_jobs as import
	where job.owner_id = old.id and job.kind = 'imports.run' and import.id = job.subject_id;
	return old;
end;
$$;

-- Open pages of all members hear of it; how it ended also stands in the list of who started it.
-- definer because neither people nor workers may write what is told.
create function private.tell_of_import() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_told jsonb := jsonb_build_object(
		'status', new.status,
		'lines_total', new.lines_total,
		'lines_done', new.lines_done,
		'lines_added', new.lines_added,
		'lines_updated', new.lines_updated,
		'lines_skipped', new.lines_skipped,
		'lines_refused', new.lines_refused,
		'lines_undone', new.lines_undone,
		'error_code', new.error_code
	);
begin
	perform private.tell(member.user_id, 'import', new.id, v_told)
	from public.memberships as member
	where member.organization_id = new.organization_id;

	if new.status <> old.status and new.status in ('done', 'failed') then
		perform private.notify(member.user_id, 'import.' || new.status, jsonb_build_object(
			'id', new.id,
			'title', new.file_name,
			'added', new.lines_added,
			'updated', new.lines_updated,
			'skipped', new.lines_skipped,
			'refused', new.lines_refused,
			'error_code', new.error_code
		))
		from public.memberships as member
		where member.organization_id = new.organization_id and member.user_id = new.created_by;
	end if;
	return null;
end;
$$;

-- A person's edit. What the functions below write, they write together with import_id, which nobody else can.
-- The import that wrote the row, when it is still running, must not take another line for the same sku.
-- definer because people may not write what imports keep.
create function private.edit_inventory_item() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	if old.import_id is not null then
		insert into private.import_changes (job_id, item_id)
		select job.id, old.id
		from public.scheduled_jobs as job
		where job.id = old.import_id and job.status in ('scheduled', 'running')
		-- An import that is being deleted takes the item with it, and would wait for it.
		for key share skip locked
		on conflict do nothing;
	end if;
	new.import_id := null;
	new.version := old.version + 1;
	new.updated_at := now();
	return new;
end;
$$;

-- In order from 0, by who uploads. Whoever does not know whether a chunk arrived sends it again.
-- definer, here and below, because nobody but the owner of the tables may write them.
create function private.add_import_lines(p_file uuid, p_number integer, p_lines jsonb) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_file public.import_files := private.require_import_file(p_file);
	v_count integer;
	v_first integer;
	v_last integer;
	v_ascending boolean;
begin
	perform from public.import_files where id = p_file for no key update;
	v_file := private.require_import_file(p_file);
	if v_file.created_by is distinct from auth.uid() then
		raise exception 'somebody else uploads this file' using errcode = 'PT403', hint = 'not_uploader';
	end if;
	if p_number = v_file.chunk_count - 1 and p_lines = (
		select lines from private.import_chunks where file_id = p_file and number = p_number
	) then
		return;
	end if;
	if v_file.complete or p_number is distinct from v_file.chunk_count then
		raise exception 'chunk % is expected', v_file.chunk_count using errcode = 'PT409', hint = 'chunk_unexpected';
	end if;
	if jsonb_typeof(p_lines) is distinct from 'array'
		or jsonb_array_length(p_lines) not between 1 and 1000
		or octet_length(p_lines::text) > 4000000
		or jsonb_path_exists(p_lines, 'strict $[*] ? (@.type() != "array")')
		or jsonb_path_exists(p_lines, 'strict $[*][0] ? (@.type() != "number" || @ < 1 || @ > 2000000000 || @.floor() != @)')
		or jsonb_path_exists(p_lines, 'strict $[*][1 to last] ? (@.type() != "string")') then
		raise exception 'these are no lines' using errcode = 'invalid_parameter_value';
	end if;
	select count(*), min(line), max(line), coalesce(bool_and(line > before), true)
	into v_count, v_first, v_last, v_ascending
	from (
		select line, lag(line) over (order by place) as before
		from (
			select (entry.raw ->> 0)::numeric::integer as line, entry.place
			from jsonb_array_elements(p_lines) with ordinality as entry (raw, place)
		) as numbered
	) as neighbours;
	if v_first is null or v_first <= v_file.last_line or not v_ascending then
		raise exception 'these lines are out of order' using errcode = 'invalid_parameter_value';
	end if;

	-- Files that were begun while there was room have to share it.
	if (
		select sum(stored_bytes) > 2000000000 from public.import_files where organization_id = v_file.organization_id
	) then
		raise exception 'no room for more lines' using errcode = 'PT409', hint = 'too_many_import_files';
	end if;

	insert into private.import_chunks (file_id, number, lines) values (p_file, p_number, p_lines);
	update public.import_files
	set chunk_count = chunk_count + 1,
		line_count = line_count + v_count,
		stored_bytes = stored_bytes + octet_length(p_lines::text),
		last_line = v_last
	where id = p_file;
end;
$$;

create function private.finish_import_file(
	p_file uuid, p_header text[], p_encoding text, p_delimiter text, p_line_count integer, p_byte_size bigint
) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_file public.import_files := private.require_import_file(p_file);
begin
	perform from public.import_files where id = p_file for no key update;
	v_file := private.require_import_file(p_file);
	if v_file.created_by is distinct from auth.uid() then
		raise exception 'somebody else uploads this file' using errcode = 'PT403', hint = 'not_uploader';
	end if;
	if array_position(p_header, null) is not null then
		raise exception 'this is no header' using errcode = 'invalid_parameter_value';
	end if;
	update public.import_files
	set header = p_header, encoding = p_encoding, delimiter = p_delimiter, byte_size = p_byte_size, complete = true
	where id = p_file and not complete and line_count = p_line_count and line_count > 0;
	if not found then
		raise exception 'not all lines of the file have arrived' using errcode = 'PT409', hint = 'file_incomplete';
	end if;
end;
$$;

-- The first lines as they are in the file: [[number, fields …], …].
create function private.sample_import_lines(p_file uuid, p_limit integer) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
	perform private.require_import_file(p_file);
	return (
		select coalesce(jsonb_agg(sample.raw order by sample.number, sample.place), '[]')
		from (
			select chunk.number, entry.raw, entry.place
			from private.import_chunks as chunk
			cross join lateral jsonb_array_elements(chunk.lines) with ordinality as entry (raw, place)
			where chunk.file_id = p_file
			order by chunk.number, entry.place
			limit least(greatest(p_limit, 0), 200)
		) as sample
	);
end;
$$;

-- The first lines as they would be stored.
create function private.preview_import(p_file uuid, p_mapping jsonb, p_decimal_mark text, p_limit integer)
returns table (
	line integer, sku text, name text, quantity integer, price numeric, location text, category text, note text,
	known boolean, reason text, field text
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
	v_file public.import_files := private.require_import_file(p_file);
	v_width integer := cardinality(v_file.header);
begin
	perform private.require_mapping(p_mapping, v_width);
	perform private.require_decimal_mark(p_decimal_mark);
	return query
	select
		ranked.line, ranked.sku, ranked.name, ranked.quantity, ranked.price, ranked.location, ranked.category, ranked.note,
		exists (
			select from public.inventory_items as item
			where item.organization_id = v_file.organization_id and item.sku = ranked.sku
		),
		case when ranked.reason is null and ranked.turn > 1 then 'sku_twice' else ranked.reason end,
		case when ranked.reason is null and ranked.turn > 1 then 'sku' else ranked.field end
	from (
		select
			read.*,
			row_number() over (partition by read.sku, read.reason is null order by read.line) as turn
		from private.read_import_lines(
			private.sample_import_lines(p_file, p_limit), v_width, p_mapping, p_decimal_mark
		) as read
	) as ranked
	order by ranked.line;
end;
$$;

-- What is to be expected of so many chunks. Of a sku that is in lines of two calls, neither knows.
create function private.check_import(
	p_file uuid, p_mapping jsonb, p_decimal_mark text, p_from_chunk integer, p_chunks integer
) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set enable_seqscan = off
as $$
declare
	v_file public.import_files := private.require_import_file(p_file);
	v_from integer := greatest(coalesce(p_from_chunk, 0), 0);
	v_to integer;
	v_width integer := cardinality(v_file.header);
	v_answer jsonb;
begin
	perform private.require_mapping(p_mapping, v_width);
	perform private.require_decimal_mark(p_decimal_mark);
	v_to := v_from + least(greatest(coalesce(p_chunks, 50), 1), 100);

	with read as materialized (
		select read.sku, read.reason, row_number() over (partition by read.sku, read.reason is null order by read.line) as turn
		from private.import_chunks as chunk
		cross join lateral private.read_import_lines(chunk.lines, v_width, p_mapping, p_decimal_mark) as read
		where chunk.file_id = p_file and chunk.number >= v_from and chunk.number < v_to
	), judged as (
		select sku, case when reason is null and turn > 1 then 'sku_twice' else reason end as reason from read
	)
	select jsonb_build_object(
		'lines', (select count(*) from judged),
		'known', (
			select count(*) from public.inventory_items as item
			where item.organization_id = v_file.organization_id
				and item.sku = any (array(select sku from judged where reason is null))
		),
		'refused', (
			select coalesce(jsonb_object_agg(reason, lines), '{}')
			from (select reason, count(*) as lines from judged where reason is not null group by reason) as counted
		),
		'next_chunk', case when v_to < v_file.chunk_count then v_to end
	) into v_answer;
	return v_answer;
end;
$$;

-- What is stored stays. The queue first, then the import: in the order in which the worker takes them. Answers
-- whether there was anything to cancel.
create function private.cancel_import(p_job uuid) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_job public.scheduled_jobs := private.require_import(p_job);
begin
	if v_job.status not in ('scheduled', 'running') then
		return false;
	end if;
	perform private.hold_import(array[v_job.created_by], v_job.organization_id);
	perform private.cancel_job('imports.run', p_job);
	perform private.require_import(p_job);
	update public.scheduled_jobs set status = 'cancelled', finished_at = now()
	where id = p_job and status in ('scheduled', 'running');
	return found;
end;
$$;

-- For what needs an import's details. Also while they are being taken away: half of them would look like all.
create function private.require_details(p_job public.scheduled_jobs) returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
	if p_job.details <> 'kept' then
		raise exception 'of this import only the figures are kept' using errcode = 'PT409', hint = 'import_details_gone';
	end if;
end;
$$;

-- Takes back what an import stored, as long as nothing else has touched it: then the rows that carry its mark
-- are as many as it wrote. It is the worker that does it.
create function private.undo_import(p_job uuid) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_job public.scheduled_jobs := private.require_import(p_job);
	v_had_failed boolean := v_job.status = 'failed';
	v_touched integer;
begin
	perform private.hold_import(array[auth.uid()], v_job.organization_id);
	-- A job that was given up is in the queue still, for an admin.
	perform private.cancel_job('imports.run', p_job) where v_had_failed;
	perform from public.scheduled_jobs where id = p_job for no key update;
	v_job := private.require_import(p_job);
	-- It may have been given up a moment ago, and its job is there.
	if v_job.status not in ('done', 'failed', 'cancelled') or v_job.status = 'failed' and not v_had_failed then
		raise exception 'this import cannot be undone' using errcode = 'PT409', hint = 'import_not_over';
	end if;
	if v_job.lines_added + v_job.lines_updated = 0 then
		raise exception 'this import has stored nothing' using errcode = 'PT409', hint = 'nothing_to_undo';
	end if;
	perform private.require_details(v_job);
	select v_job.lines_added + v_job.lines_updated - count(*) into v_touched
	from public.inventory_items where import_id = p_job;
	if v_touched > 0 then
		raise exception 'something else has touched % of its rows', v_touched
			using errcode = 'PT409', hint = 'import_touched', detail = v_touched::text;
	end if;
	update public.scheduled_jobs set status = 'undoing', finished_at = null, error_code = null where id = p_job;
	perform private.enqueue_job('imports.run', p_job, auth.uid());
end;
$$;

create function private.list_refused_lines(p_job uuid, p_after_line integer, p_limit integer)
returns table (line integer, fields text[], reason text, field text)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
	perform private.require_details(private.require_import(p_job));
	return query
	select refusal.line, refusal.fields, refusal.reason, refusal.field
	from private.import_refusals as refusal
	where refusal.job_id = p_job and refusal.line > coalesce(p_after_line, 0)
	order by refusal.line
	limit least(greatest(p_limit, 0), 1000);
end;
$$;

create function public.add_import_lines(p_file uuid, p_number integer, p_lines jsonb) returns void
language sql
set search_path = ''
as $$ select private.add_import_lines($1, $2, $3); $$;

create function public.finish_import_file(
	p_file uuid, p_header text[], p_encoding text, p_delimiter text, p_line_count integer, p_byte_size bigint
) returns void
language sql
set search_path = ''
as $$ select private.finish_import_file($1, $2, $3, $4, $5, $6); $$;

create function public.sample_import_lines(p_file uuid, p_limit integer) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.sample_import_lines($1, $2); $$;

create function public.preview_import(p_file uuid, p_mapping jsonb, p_decimal_mark text, p_limit integer)
returns table (
	line integer, sku text, name text, quantity integer, price numeric, location text, category text, note text,
	known boolean, reason text, field text
)
language sql
stable
set search_path = ''
as $$ select * from private.preview_import($1, $2, $3, $4); $$;

create function public.check_import(
	p_file uuid, p_mapping jsonb, p_decimal_mark text, p_from_chunk integer, p_chunks integer
) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.check_import($1, $2, $3, $4, $5); $$;

create function public.cancel_import(p_job uuid) returns boolean
language sql
set search_path = ''
as $$ select private.cancel_import($1); $$;

create function public.undo_import(p_job uuid) returns void
language sql
set search_path = ''
as $$ select private.undo_import($1); $$;

create function public.list_refused_lines(p_job uuid, p_after_line integer, p_limit integer)
returns table (line integer, fields text[], reason text, field text)
language sql
stable
set search_path = ''
as $$ select * from private.list_refused_lines($1, $2, $3); $$;

-- The worker's side. Which import a job is about, it does not say but is told, so that it cannot write into
-- another one.

-- Stores the lines of one chunk, and answers how many were added, updated, skipped and refused. Set by set, and
-- once more for those whose sku came into the inventory meanwhile: a person's insert is not waited for, but met.
-- enable_seqscan: the plan is kept while the table grows from nothing to millions. enable_nestloop: nothing is known
-- of how many lines are valid, and guessing few costs a comparison of each with each.
-- plan_cache_mode: a plan made for an empty inventory is kept by a worker's connection while it fills.
create function private.store_import_lines(p_job public.scheduled_jobs, p_lines jsonb)
returns table (added integer, updated integer, skipped integer, refused integer)
language plpgsql
set search_path = ''
set enable_seqscan = off
set enable_nestloop = off
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
	v_width constant integer := cardinality(p_job.header);
	v_has_quantity constant boolean := p_job.mapping ? 'quantity';
	v_has_price constant boolean := p_job.mapping ? 'price';
	v_has_location constant boolean := p_job.mapping ? 'location';
	v_has_category constant boolean := p_job.mapping ? 'category';
	v_has_note constant boolean := p_job.mapping ? 'note';
	-- Other imports that are not over yet, and may have had a line for a sku that this one overwrites.
	v_others constant uuid[] := array(
		select job.id from public.scheduled_jobs as job
		where job.organization_id = p_job.organization_id and job.status in ('scheduled', 'running') and job.id <> p_job.id
	);
	v_again bigint[];
	v_added integer;
	v_updated integer;
	v_skipped integer;
	v_refused integer;
begin
	added := 0;
	updated := 0;
	skipped := 0;
	refused := 0;
	loop
		with read as materialized (
			select read.*
			from private.read_import_lines(p_lines, v_width, p_job.mapping, p_job.decimal_mark) as read
			where v_again is null or read.place = any (v_again)
		), valid as materialized (
			select read.*, row_number() over (partition by read.sku order by read.place) as turn
			from read
			where read.reason is null
		), known as materialized (
			select item.*
			from public.inventory_items as item
			where item.organization_id = p_job.organization_id
				and item.sku = any (array(select valid.sku from valid))
			for update
		), judged as materialized (
			select
				valid.*,
				known.id as item_id,
				known.import_id,
				to_jsonb(known) as before,
				case
					when known.id is null then case when valid.turn = 1 then 'add' else 'refuse' end
					when known.import_id = p_job.id or (
						select true from private.import_changes as change
						where change.job_id = p_job.id and change.item_id = known.id
					) then 'refuse'
					when p_job.on_known = 'skip' then 'skip'
					when valid.turn = 1 then 'update'
					else 'refuse'
				end as act
			from valid
			left join known on known.sku = valid.sku
		), refusals as (
			insert into private.import_refusals (job_id, line, fields, reason, field)
			select
				p_job.id, wrong.line, array(select jsonb_array_elements_text(wrong.raw - 0)), wrong.reason, wrong.field
			from (
				select read.line, read.raw, read.reason, read.field from read where read.reason is not null
				union all
				select judged.line, judged.raw, 'sku_twice', 'sku' from judged where judged.act = 'refuse'
			) as wrong
			returning true
		), additions as (
			insert into public.inventory_items (
				organization_id, sku, name, quantity, price, location, category, note, import_id
			)
			select
				p_job.organization_id, judged.sku, judged.name, judged.quantity, judged.price, judged.location,
				judged.category, judged.note, p_job.id
			from judged
			where judged.act = 'add'
			order by judged.sku
			on conflict (organization_id, sku) do nothing
			returning inventory_items.sku
		), updates as (
			-- They are all there, and locked: the conflict is the quickest way to each of them.
			insert into public.inventory_items as item (
				organization_id, sku, name, quantity, price, location, category, note, import_id
			)
			select
				p_job.organization_id, judged.sku, judged.name, judged.quantity, judged.price, judged.location,
				judged.category, judged.note, p_job.id
			from judged
			where judged.act = 'update'
			on conflict (organization_id, sku) do update
			set name = excluded.name,
				quantity = case when v_has_quantity then excluded.quantity else item.quantity end,
				price = case when v_has_price then excluded.price else item.price end,
				location = case when v_has_location then excluded.location else item.location end,
				category = case when v_has_category then excluded.category else item.category end,
				note = case when v_has_note then excluded.note else item.note end,
				import_id = excluded.import_id,
				version = item.version + 1,
				updated_at = now()
			returning true
		), changes as (
			insert into private.import_changes (job_id, item_id, before)
			select p_job.id, judged.item_id, judged.before from judged where judged.act = 'update'
			union all
			select judged.import_id, judged.item_id, null
			from judged
			where judged.act = 'update' and judged.import_id = any (v_others)
			on conflict do nothing
		)
		select
			(select count(*) from additions),
			(select count(*) from updates),
			(select count(*) from judged where judged.act = 'skip'),
			(select count(*) from refusals),
			array(
				select judged.place from judged
				where judged.act = 'add' and judged.sku not in (select additions.sku from additions)
			)
		into v_added, v_updated, v_skipped, v_refused, v_again;
		added := added + v_added;
		updated := updated + v_updated;
		skipped := skipped + v_skipped;
		refused := refused + v_refused;
		exit when cardinality(v_again) = 0;
	end loop;
	return next;
end;
$$;

-- Takes back up to so many rows of an import, and answers how many. What a person changes meanwhile has lost
-- the import's mark, and is left.
create function private.undo_import_rows(p_job_id uuid, p_count integer) returns integer
language plpgsql
set search_path = ''
set enable_seqscan = off
set enable_nestloop = off
as $$
declare
	v_count integer;
begin
	with mine as materialized (
		select item.id
		from public.inventory_items as item
		where item.import_id = p_job_id
		limit p_count
		for update
	), found as materialized (
		select
			mine.id,
			(
				select change.before from private.import_changes as change
				where change.job_id = p_job_id and change.item_id = mine.id
			) as before
		from mine
	), restored as (
		update public.inventory_items as item
		set name = found.before ->> 'name',
			quantity = (found.before ->> 'quantity')::integer,
			price = (found.before ->> 'price')::numeric,
			location = found.before ->> 'location',
			category = found.before ->> 'category',
			note = found.before ->> 'note',
			import_id = (found.before ->> 'import_id')::uuid,
			updated_at = (found.before ->> 'updated_at')::timestamptz,
			version = item.version + 1
		from found
		where item.id = found.id and item.id = any (array(select kept.id from found as kept where kept.before is not null))
			and found.before is not null
		returning true
	), removed as (
		delete from public.inventory_items as item
		where item.id = any (array(select found.id from found where found.before is null))
		returning true
	)
	select (select count(*) from restored) + (select count(*) from removed) into v_count;
	return v_count;
end;
$$;

-- Of an organization's imports only the newest keep their refused lines, and what their undo needs; and those that
-- are not over, or that an admin may send again. Each step takes away up to twice as much of the others' as it may
-- leave itself, so that it does not pile up. It waits for nobody who deletes or undoes one at this moment; they wait for
-- it, so it is the last that a step does.
-- plan_cache_mode: as in private.store_import_lines().
create function private.forget_imports(p_organization_id uuid) returns void
language plpgsql
set search_path = ''
set enable_seqscan = off
set plan_cache_mode = force_custom_plan
as $$
declare
	c_kept constant integer := 20;
	c_at_once constant integer := 2000;
	v_job_id uuid;
	v_refusals integer;
	v_changes integer;
begin
	update public.scheduled_jobs set details = 'leaving'
	where id in (
		select import.id
		from public.scheduled_jobs as import
		where import.id in (
				select older.id
				from public.scheduled_jobs as older
				where older.organization_id = p_organization_id and older.details = 'kept'
				order by older.created_at desc, older.id
				offset c_kept
			)
			and (
				import.status in ('done', 'cancelled', 'undone')
				or import.status = 'failed' and not exists (
					select from private.jobs as job where job.kind = 'imports.run' and job.subject_id = import.id
				)
			)
		for no key update skip locked
	);

	select id into v_job_id
	from public.scheduled_jobs
	where organization_id = p_organization_id and details = 'leaving'
	order by created_at
	limit 1
	for no key update skip locked;
	if not found then
		return;
	end if;
	delete from private.import_refusals
	where job_id = v_job_id
		and line in (select line from private.import_refusals where job_id = v_job_id limit c_at_once);
	get diagnostics v_refusals = row_count;
	delete from private.import_changes
	where job_id = v_job_id
		and item_id in (select item_id from private.import_changes where job_id = v_job_id limit c_at_once);
	get diagnostics v_changes = row_count;
	if v_refusals < c_at_once and v_changes < c_at_once then
		-- The names of the columns were for the file of refused lines.
		update public.scheduled_jobs set details = 'gone', header = '{}' where id = v_job_id;
	end if;
end;
$$;

-- One step of a job: the next chunk of an import, or the next rows of an undo, and at the end its end. Answers
-- whether there is more to do. Imports of one organization take turns.
-- definer because the worker's role may read no account, and needs no right to what imports keep this way.
create function private.import_chunk(p_job_id bigint, p_token bigint) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
	-- How often open pages hear of it.
	c_pause constant interval := interval '400 milliseconds';
	c_undone_at_once constant integer := 2000;
	v_owner_id uuid;
	v_job public.scheduled_jobs;
	v_lines jsonb;
	v_result record;
	v_chunk_count integer;
	v_undone integer;
	v_tells boolean;
begin
	select job.owner_id into v_owner_id from private.jobs as job where job.id = p_job_id;
	select import.* into v_job
	from private.jobs as job
	join public.scheduled_jobs as import on import.id = job.subject_id
	where job.id = p_job_id and job.kind = 'imports.run';
	perform private.hold_import(array[v_job.created_by, v_owner_id], v_job.organization_id);
	perform private.require_lease(p_job_id, p_token);
	select * into v_job from public.scheduled_jobs where id = v_job.id for no key update;
	perform pg_advisory_xact_lock(hashtextextended('private.import_chunk ' || v_job.organization_id::text, 0));
	v_tells := v_job.told_at is null or v_job.told_at < clock_timestamp() - c_pause;

	if v_job.status = 'undoing' then
		v_undone := private.undo_import_rows(v_job.id, c_undone_at_once);
		update public.scheduled_jobs
		set lines_undone = lines_undone + v_undone,
			told_at = case when v_tells then clock_timestamp() else told_at end,
			status = case when v_undone < c_undone_at_once then 'undone' else status end,
			finished_at = case when v_undone < c_undone_at_once then now() end
		where id = v_job.id;
		if v_undone < c_undone_at_once then
			delete from private.import_changes where job_id = v_job.id;
			perform private.finish_job(p_job_id, p_token);
			return false;
		end if;
		return true;
	end if;

	select file.chunk_count into v_chunk_count from public.import_files as file where file.id = v_job.file_id;
	if not found then
		update public.scheduled_jobs set status = 'failed', error_code = 'file_gone', finished_at = now() where id = v_job.id;
		perform private.finish_job(p_job_id, p_token);
		return false;
	end if;
	select chunk.lines into v_lines
	from private.import_chunks as chunk
	where chunk.file_id = v_job.file_id and chunk.number = v_job.next_chunk;
	if found then
		select * into v_result from private.store_import_lines(v_job, v_lines);
		update public.scheduled_jobs
		set next_chunk = next_chunk + 1,
			lines_added = lines_added + v_result.added,
			lines_updated = lines_updated + v_result.updated,
			lines_skipped = lines_skipped + v_result.skipped,
			lines_refused = lines_refused + v_result.refused,
			lines_done = lines_done + v_result.added + v_result.updated + v_result.skipped + v_result.refused,
			told_at = case when v_tells then clock_timestamp() else told_at end
		where id = v_job.id;
		-- A long import may meet more workers that die than a job is tried: it is given up when it gets no further.
		update private.jobs set attempts = 1 where id = p_job_id and attempts > 1;
	end if;
	if v_job.next_chunk + 1 >= v_chunk_count then
		update public.scheduled_jobs set status = 'done', finished_at = now() where id = v_job.id;
		perform private.finish_job(p_job_id, p_token);
	end if;
	perform private.forget_imports(v_job.organization_id);
	return v_job.next_chunk + 1 < v_chunk_count;
end;
$$;

create function public.import_chunk(job_id bigint, token bigint) returns boolean
language sql
set search_path = ''
as $$ select private.import_chunk($1, $2); $$;

-- What export_my_data() adds of this feature: what the person did. The inventory is the organization's.
create function private.export__imports(p_user_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
	return jsonb_build_object(
		'files', (
			select coalesce(jsonb_agg(to_jsonb(file) order by file.created_at, file.id), '[]')
			from public.import_files as file where file.created_by = p_user_id
		),
		'imports', (
			select coalesce(jsonb_agg(to_jsonb(job) order by job.created_at, job.id), '[]')
			from public.scheduled_jobs as job where job.created_by = p_user_id
		)
	);
end;
$$;

revoke execute on function
	private.require_import_file(uuid),
	private.require_import(uuid),
	private.hold_import(uuid[], uuid),
	private.require_mapping(jsonb, integer),
	private.require_decimal_mark(text),
	private.read_import_lines(jsonb, integer, jsonb, text),
	private.lock_imports_of(uuid),
	private.limit_import_files(),
	private.limit_imports(),
	private.fill_import(),
	private.enqueue_import(),
	private.hold_imports(),
	private.follow_import_job(),
	private.hold_organizations_imported_to(),
	private.heir_of_imports(uuid, uuid),
	private.hand_over_imports(),
	private.tell_of_import(),
	private.edit_inventory_item(),
	private.add_import_lines(uuid, integer, jsonb), public.add_import_lines(uuid, integer, jsonb),
	private.finish_import_file(uuid, text[], text, text, integer, bigint), public.finish_import_file(uuid, text[], text, text, integer, bigint),
	private.sample_import_lines(uuid, integer), public.sample_import_lines(uuid, integer),
	private.preview_import(uuid, jsonb, text, integer), public.preview_import(uuid, jsonb, text, integer),
	private.check_import(uuid, jsonb, text, integer, integer), public.check_import(uuid, jsonb, text, integer, integer),
	private.cancel_import(uuid), public.cancel_import(uuid),
	private.require_details(public.scheduled_jobs),
	private.undo_import(uuid), public.undo_import(uuid),
	private.list_refused_lines(uuid, integer, integer), public.list_refused_lines(uuid, integer, integer),
	private.store_import_lines(public.scheduled_jobs, jsonb),
	private.undo_import_rows(uuid, integer),
	private.forget_imports(uuid),
	private.import_chunk(bigint, bigint), public.import_chunk(bigint, bigint),
	private.export__imports(uuid)
	from public, anon, authenticated, service_role;
-- private.require_mapping(): the trigger on scheduled_jobs asks it in the name of who inserts.
grant execute on function private.require_mapping(jsonb, integer) to authenticated, service_role;
grant execute on function
	private.add_import_lines(uuid, integer, jsonb), public.add_import_lines(uuid, integer, jsonb),
	private.finish_import_file(uuid, text[], text, text, integer, bigint), public.finish_import_file(uuid, text[], text, text, integer, bigint),
	private.sample_import_lines(uuid, integer), public.sample_import_lines(uuid, integer),
	private.preview_import(uuid, jsonb, text, integer), public.preview_import(uuid, jsonb, text, integer),
	private.check_import(uuid, jsonb, text, integer, integer), public.check_import(uuid, jsonb, text, integer, integer),
	private.cancel_import(uuid), public.cancel_import(uuid),
	private.undo_import(uuid), public.undo_import(uuid),
	private.list_refused_lines(uuid, integer, integer), public.list_refused_lines(uuid, integer, integer)
	to authenticated;
grant execute on function private.import_chunk(bigint, bigint), public.import_chunk(bigint, bigint) to service_role;

create trigger _300_limit before insert on public.import_files
	for each row execute function private.limit_import_files();
create trigger _200_file before insert on public.scheduled_jobs
	for each row execute function private.fill_import();
create trigger _300_limit before insert on public.scheduled_jobs
	for each row execute function private.limit_imports();
create trigger _500_enqueue after insert on public.scheduled_jobs
	for each row when (new.status = 'scheduled')
	execute function private.enqueue_import();
create trigger _500_forget after delete on public.scheduled_jobs
	for each row execute function private.forget_job('imports.run');
create trigger _500_imports before delete on public.organizations
	for each row execute function private.hold_imports();
create trigger _600_tell after update of status, told_at, error_code on public.scheduled_jobs
	for each row when (
		new.status <> old.status or new.told_at is distinct from old.told_at
		or new.error_code is distinct from old.error_code
	)
	execute function private.tell_of_import();
create trigger _200_edit before update on public.inventory_items
	for each row when (new.import_id is not distinct from old.import_id)
	execute function private.edit_inventory_item();
create trigger _410_imports before delete on public.users
	for each row execute function private.hold_organizations_imported_to();
create trigger _450_imports before delete on public.users
	for each row execute function private.hand_over_imports();
-- Not when a lease is extended.
create trigger _500_imports after insert or update of worker, failed_at on private.jobs
	for each row when (new.kind = 'imports.run')
	execute function private.follow_import_job();
