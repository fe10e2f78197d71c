-- Purpose: people train classifiers: a dataset (a CSV file), a model (its name, and the column that it
--   predicts), and trainings, which a worker does and writes its progress into.
-- Depends on: foundation, registration, account, jobs, live.
-- To remove: drop the functions and tables below, in public and in private, with the trigger _500_models on
--   private.jobs; and src/lib/features/models, its pages, its task and its line in the nav.
--
-- Whose a row is, is never written by clients: the column defaults to who asks. That what belongs together
-- belongs to one person is held by foreign keys over both columns, for the worker and the secret key too.

create table public.datasets (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
	name text not null,
	-- The file itself. It is never changed, so that a training that starts again finds what it found before.
	content text not null,
	bytes integer not null generated always as (octet_length(content)) stored,
	-- To find out that somebody has this file already. It proves nothing, and need not.
	digest text not null generated always as (md5(content)) stored,
	-- What the app found in it: for the pages. The worker reads the file again.
	columns jsonb not null,
	row_count integer not null,
	created_at timestamptz not null default now(),

	constraint datasets_id_and_owner unique (id, user_id),
	constraint datasets_name_readable check (
		char_length(name) between 1 and 80 and name = btrim(name)
		and name !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
	),
	constraint datasets_content_size check (octet_length(content) between 1 and 8000000),
	constraint datasets_columns_list check (jsonb_typeof(columns) = 'array' and octet_length(columns::text) <= 200000),
	constraint datasets_row_count_range check (row_count between 1 and 100000)
);

create table public.ai_models (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
	name text not null,
	-- The column that it predicts.
	target text not null,
	dataset_id uuid,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),

	constraint ai_models_id_and_owner unique (id, user_id),
	-- A dataset that is deleted leaves the model, and what it has learned, where they are.
	constraint ai_models_dataset foreign key (dataset_id, user_id)
		references public.datasets (id, user_id) on delete set null (dataset_id),
	constraint ai_models_name_readable check (
		char_length(name) between 1 and 80 and name = btrim(name)
		and name !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
	),
	constraint ai_models_target_length check (char_length(target) between 1 and 200)
);

create table public.training_jobs (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
	model_id uuid not null,
	-- What the model was told to learn, and from what, when this training was started: trigger _200_model.
	target text not null default '',
	dataset_id uuid,
	-- The same seed on the same dataset gives the same model.
	seed integer not null default 1,
	epochs integer not null default 100,
	-- The one thing that its owner may change: a word on what was tried.
	note text not null default '',
	state text not null default 'waiting',
	progress double precision not null default 0,
	epoch integer not null default 0,
	loss double precision,
	accuracy double precision,
	-- A point for each epoch, in their order.
	metrics jsonb not null default '[]',
	-- What was learned.
	result jsonb,
	error text,
	created_at timestamptz not null default now(),
	started_at timestamptz,
	finished_at timestamptz,

	constraint training_jobs_model foreign key (model_id, user_id)
		references public.ai_models (id, user_id) on delete cascade,
	constraint training_jobs_dataset foreign key (dataset_id, user_id)
		references public.datasets (id, user_id) on delete set null (dataset_id),
	constraint training_jobs_seed_range check (seed between 0 and 999999),
	constraint training_jobs_epochs_range check (epochs between 1 and 300),
	constraint training_jobs_note_readable check (
		char_length(note) <= 200 and note !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
	),
	constraint training_jobs_state_known check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
	constraint training_jobs_progress_range check (progress between 0 and 1),
	constraint training_jobs_epoch_range check (epoch between 0 and epochs),
	constraint training_jobs_metrics_list check (jsonb_typeof(metrics) = 'array' and jsonb_array_length(metrics) = epoch),
	constraint training_jobs_result_size check (octet_length(result::text) <= 2000000),
	constraint training_jobs_result_whole check ((state = 'done') = (result is not null)),
	constraint training_jobs_error_length check (char_length(error) <= 1000)
);

comment on table public.datasets is
	'CSV files to learn from. Owners add, read and delete them; nobody changes one.';
comment on table public.ai_models is
	'What somebody wants predicted, and the dataset that it is learned from next.';
comment on table public.training_jobs is
	'Each try to teach a model. Owners start, stop, annotate and delete them; the rest is the worker''s.';

-- The lists of a person's own, and the cascades of the foreign keys.
create index datasets_user_id on public.datasets (user_id, created_at desc);
create index ai_models_user_id on public.ai_models (user_id, created_at desc);
create index ai_models_dataset_id on public.ai_models (dataset_id, user_id);
create index training_jobs_user_id on public.training_jobs (user_id);
create index training_jobs_model_id on public.training_jobs (model_id, user_id);
create index training_jobs_dataset_id on public.training_jobs (dataset_id, user_id);
-- Counted before each start, among the many that are over.
create index training_jobs_open on public.training_jobs (user_id) where state in ('waiting', 'running');

alter table public.datasets enable row level security;
alter table public.ai_models enable row level security;
alter table public.training_jobs enable row level security;

revoke all on table public.datasets, public.ai_models, public.training_jobs
	from public, anon, authenticated, service_role;

grant select, delete on table public.datasets, public.ai_models, public.training_jobs to authenticated;
grant insert (name, content, columns, row_count) on table public.datasets to authenticated;
grant insert (name, target, dataset_id) on table public.ai_models to authenticated;
grant update (name, target, dataset_id) on table public.ai_models to authenticated;
-- No state, progress or result: they are the worker's alone. No target and dataset: they are the model's.
grant insert (model_id, seed, epochs, note) on table public.training_jobs to authenticated;
grant update (note) on table public.training_jobs to authenticated;

grant select, insert, update, delete on table public.datasets, public.ai_models, public.training_jobs to service_role;

-- Whatever another policy allows, it is allowed only while the session is alive and the person not suspended.
create policy all_active on public.datasets
	as restrictive for all to authenticated
	using ((select private.is_active()))
	with check ((select private.is_active()));

-- People see their own datasets, admins see all.
create policy select_own_or_admin on public.datasets
	for select to authenticated
	using (user_id = (select private.user_id()) or (select private.is_admin()));

-- People add datasets of their own.
create policy insert_own on public.datasets
	for insert to authenticated
	with check (user_id = (select private.user_id()));

-- People delete their own.
create policy delete_own on public.datasets
	for delete to authenticated
	using (user_id = (select private.user_id()));

-- As above.
create policy all_active on public.ai_models
	as restrictive for all to authenticated
	using ((select private.is_active()))
	with check ((select private.is_active()));

-- People see their own models, admins see all.
create policy select_own_or_admin on public.ai_models
	for select to authenticated
	using (user_id = (select private.user_id()) or (select private.is_admin()));

-- People make models of their own.
create policy insert_own on public.ai_models
	for insert to authenticated
	with check (user_id = (select private.user_id()));

-- People change their own models and cannot hand them to somebody else.
create policy update_own on public.ai_models
	for update to authenticated
	using (user_id = (select private.user_id()))
	with check (user_id = (select private.user_id()));

-- People delete their own models, and the trainings with them.
create policy delete_own on public.ai_models
	for delete to authenticated
	using (user_id = (select private.user_id()));

-- As above.
create policy all_active on public.training_jobs
	as restrictive for all to authenticated
	using ((select private.is_active()))
	with check ((select private.is_active()));

-- People see their own trainings, admins see all.
create policy select_own_or_admin on public.training_jobs
	for select to authenticated
	using (user_id = (select private.user_id()) or (select private.is_admin()));

-- People start trainings of their own. That it is of a model of their own is the foreign key's: an admin sees
-- other models, too.
create policy insert_own on public.training_jobs
	for insert to authenticated
	with check (user_id = (select private.user_id()));

-- People annotate their own trainings and cannot hand them to somebody else.
create policy update_own on public.training_jobs
	for update to authenticated
	using (user_id = (select private.user_id()))
	with check (user_id = (select private.user_id()));

-- People delete their own trainings.
create policy delete_own on public.training_jobs
	for delete to authenticated
	using (user_id = (select private.user_id()));

-- How much one person may keep here. The lock makes those wait who add at the same moment, and counting
-- comes after it, so that nobody gets past it by being fast. A refusal is raised, not hidden by a policy:
-- there is something to do about it.
create function private.limit_models() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	perform pg_advisory_xact_lock(hashtextextended('private.limit_models ' || coalesce(new.user_id::text, ''), 0));
	if tg_table_name = 'datasets' then
		if (
			select count(*) >= 20 or coalesce(sum(bytes), 0) + octet_length(new.content) > 24000000
			from public.datasets where user_id = new.user_id
		) then
			raise exception 'no room for another dataset' using errcode = 'PT409', hint = 'too_many_datasets';
		end if;
	elsif tg_table_name = 'ai_models' then
		if (select count(*) >= 100 from public.ai_models where user_id = new.user_id) then
			raise exception 'no room for another model' using errcode = 'PT409', hint = 'too_many_models';
		end if;
	else
		if (
			select count(*) >= 5 from public.training_jobs
			where user_id = new.user_id and state in ('waiting', 'running')
		) then
			raise exception 'too many trainings at once' using errcode = 'PT409', hint = 'too_many_trainings';
		end if;
		if (select count(*) >= 100 from public.training_jobs where model_id = new.model_id) then
			raise exception 'no room for another training' using errcode = 'PT409', hint = 'too_many_runs';
		end if;
	end if;
	return new;
end;
$$;

-- A training keeps what it was told to learn. Of a model that is not theirs it takes nothing: that is for the
-- foreign key to refuse.
create function private.fill_training() returns trigger
language plpgsql
set search_path = ''
as $$
declare
	v_model record;
begin
	select target, dataset_id into v_model
	from public.ai_models where id = new.model_id and user_id = new.user_id;
	if not found then
		return new;
	end if;
	if v_model.dataset_id is null then
		raise exception 'the model has no dataset' using errcode = 'PT409', hint = 'no_dataset';
	end if;
	new.target := v_model.target;
	new.dataset_id := v_model.dataset_id;
	return new;
end;
$$;

-- definer because the queue is nobody's to write but its owner's.
create function private.enqueue_training() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	-- Who is suspended or signed out between the policy's look and this row sees no model any more, so there was
	-- nothing to learn from it; the key, which came before this, sees all.
	if new.target = '' then
		raise exception 'no live session' using errcode = 'insufficient_privilege';
	end if;
	perform private.enqueue_job('models.train', new.id, new.user_id);
	return null;
end;
$$;

-- Before somebody deletes some of their own, and before the first row is locked: their account, as it may be going
-- itself, and the jobs of their trainings, of which a worker may be writing one.
-- definer because of the same.
create function private.hold_trainings() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	if private.is_active() then
		perform from auth.users where id = auth.uid() for key share;
		perform private.hold_jobs('models.train', array(
			select id from public.training_jobs where user_id = auth.uid() and state in ('waiting', 'running', 'failed')
		));
	end if;
	return null;
end;
$$;

-- What people see follows the queue. A training that waits for its next try has not failed.
-- definer because whoever moves a job need not be able to write what people see of it.
create function private.follow_training_job() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_state text := private.job_state(new);
begin
	update public.training_jobs
	set state = v_state,
		started_at = case when v_state = 'running' then coalesce(started_at, now()) else started_at end,
		error = case when v_state = 'failed' then coalesce(private.job_error(new), 'Something went wrong on our side. An admin can see what, and start it again.') end,
		finished_at = case when v_state = 'failed' then now() end
	where id = new.subject_id and (state <> v_state or v_state = 'failed');
	return null;
end;
$$;

-- The queue first, then the training: in the order in which the worker takes them, so that nobody waits in
-- a circle. Answers whether there was anything to stop.
-- definer because the queue and the state are nobody's to write over the API.
create function private.stop_training(p_id uuid) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_user_id uuid := private.require_active();
begin
	if not exists (select from public.training_jobs where id = p_id and user_id = v_user_id) then
		return false;
	end if;
	perform private.cancel_job('models.train', p_id);
	update public.training_jobs set state = 'cancelled', finished_at = now()
	where id = p_id and state in ('waiting', 'running');
	return found;
end;
$$;

create function public.stop_training(id uuid) returns boolean
language sql
set search_path = ''
as $$ select private.stop_training($1); $$;

-- The worker's side. Invoker: the service role may do all of this itself, and nobody else may call it.
-- Which training a job is about, it does not say but is told, so that it cannot write into another one.

-- Points that are there already are passed over: a worker that begins anew computes the same ones, and what
-- people see goes on from where it was.
create function public.report_training(job_id bigint, token bigint, points jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
	v_training public.training_jobs;
	v_new jsonb;
begin
	perform private.require_lease(job_id, token);
	select training.* into v_training
	from public.training_jobs as training
	join private.jobs as job on job.subject_id = training.id
	where job.id = job_id
	for no key update of training;

	select jsonb_agg(point order by (point ->> 'epoch')::integer) into v_new
	from jsonb_array_elements(points) as point
	where (point ->> 'epoch')::integer > v_training.epoch;
	if v_new is null then
		return;
	end if;

	update public.training_jobs
	set metrics = metrics || v_new,
		epoch = (v_new -> -1 ->> 'epoch')::integer,
		progress = (v_new -> -1 ->> 'epoch')::double precision / epochs,
		loss = (v_new -> -1 ->> 'loss')::double precision,
		accuracy = (v_new -> -1 ->> 'validationAccuracy')::double precision
	where id = v_training.id;
end;
$$;

-- The result, and the end of the job, in one transaction.
create function public.finish_training(job_id bigint, token bigint, result jsonb) returns void
language plpgsql
set search_path = ''
as $$
begin
	perform private.require_lease(job_id, token);
	update public.training_jobs as training
	set state = 'done', progress = 1, result = finish_training.result, error = null, finished_at = now()
	from private.jobs as job
	where job.id = job_id and training.id = job.subject_id;
	perform private.finish_job(job_id, token);
end;
$$;

-- Open pages hear of each change, with the newest points of the curve; how it ended also stands in the list.
-- definer because neither people nor workers may write what is told.
create function private.tell_of_training() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
	-- An event has little room, and a curve can do without some of its points for a while.
	c_points constant integer := 12;
begin
	perform private.tell(new.user_id, 'training', new.id, jsonb_build_object(
		'state', new.state,
		'progress', new.progress,
		'epoch', new.epoch,
		'loss', new.loss,
		'accuracy', new.accuracy,
		'points', (
			select coalesce(jsonb_agg(new.metrics -> place order by place), '[]')
			from generate_series(greatest(old.epoch, new.epoch - c_points), new.epoch - 1) as place
		)
	));
	if new.state <> old.state and new.state in ('done', 'failed') then
		perform private.notify(new.user_id, 'training.' || new.state, jsonb_build_object(
			'id', new.model_id,
			'title', (select model.name from public.ai_models as model where model.id = new.model_id),
			'accuracy', new.accuracy,
			'error', left(new.error, 200)
		));
	end if;
	return null;
end;
$$;

-- What export_my_data() adds of this feature.
-- What goes with an account.
create function private.losses__models(p_user_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
	return jsonb_build_array(
		jsonb_build_object('what', 'model', 'count', (select count(*) from public.ai_models where user_id = p_user_id)),
		jsonb_build_object('what', 'training', 'count', (select count(*) from public.training_jobs where user_id = p_user_id)),
		jsonb_build_object('what', 'dataset', 'count', (select count(*) from public.datasets where user_id = p_user_id))
	);
end;
$$;

create function private.export__models(p_user_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
	return jsonb_build_object(
		'datasets', (
			select coalesce(jsonb_agg(to_jsonb(dataset) order by dataset.created_at), '[]')
			from public.datasets as dataset where dataset.user_id = p_user_id
		),
		'models', (
			select coalesce(jsonb_agg(to_jsonb(model) order by model.created_at), '[]')
			from public.ai_models as model where model.user_id = p_user_id
		),
		'trainings', (
			select coalesce(jsonb_agg(to_jsonb(training) order by training.created_at), '[]')
			from public.training_jobs as training where training.user_id = p_user_id
		)
	);
end;
$$;

revoke execute on function
	private.limit_models(),
	private.fill_training(),
	private.enqueue_training(),
	private.hold_trainings(),
	private.follow_training_job(),
	private.tell_of_training(),
	private.stop_training(uuid), public.stop_training(uuid),
	public.report_training(bigint, bigint, jsonb),
	public.finish_training(bigint, bigint, jsonb),
	private.losses__models(uuid),
	private.export__models(uuid)
	from public, anon, authenticated, service_role;
grant execute on function private.stop_training(uuid), public.stop_training(uuid) to authenticated;
grant execute on function
	public.report_training(bigint, bigint, jsonb), public.finish_training(bigint, bigint, jsonb)
	to service_role;

create trigger _100_timestamps before update on public.ai_models
	for each row execute function private.touch_updated_at();
create trigger _200_model before insert on public.training_jobs
	for each row execute function private.fill_training();
create trigger _300_limit before insert on public.datasets
	for each row execute function private.limit_models();
create trigger _300_limit before insert on public.ai_models
	for each row execute function private.limit_models();
create trigger _300_limit before insert on public.training_jobs
	for each row execute function private.limit_models();
create trigger _500_enqueue after insert on public.training_jobs
	for each row execute function private.enqueue_training();
create trigger _500_forget after delete on public.training_jobs
	for each row execute function private.forget_job('models.train');
create trigger _100_hold before delete on public.ai_models
	for each statement when (pg_trigger_depth() = 0)
	execute function private.hold_trainings();
create trigger _100_hold before delete on public.training_jobs
	for each statement when (pg_trigger_depth() = 0)
	execute function private.hold_trainings();
create trigger _500_tell after update of state, epoch on public.training_jobs
	for each row when (new.state <> old.state or new.epoch <> old.epoch)
	execute function private.tell_of_training();
-- Not when a lease is extended.
create trigger _500_models after insert or update of worker, failed_at on private.jobs
	for each row when (new.kind = 'models.train')
	execute function private.follow_training_job();
