-- What the people of the access matrix have of models.
insert into public.datasets (user_id, name, content, columns, row_count) select id, 'Data', 'a,b', '[]', 1 from matrix.people;
insert into public.ai_models (user_id, name, target, dataset_id)
select user_id, 'Model', 'b', id from public.datasets where user_id in (select id from matrix.people);
insert into public.training_jobs (user_id, model_id)
select user_id, id from public.ai_models where user_id in (select id from matrix.people);
