PRAGMA application_id = 1347639120;
PRAGMA user_version = 9;
BEGIN TRANSACTION;
CREATE TABLE attempts (
  trial_id INTEGER NOT NULL REFERENCES trials (id),
  attempt INTEGER NOT NULL,
  worker TEXT NOT NULL,
  leased_at TEXT NOT NULL,
  ended_at TEXT,
  reason TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT '', environment_id INTEGER REFERENCES environments (id), fused INTEGER, execution TEXT NOT NULL DEFAULT '', energy_joules REAL,
  PRIMARY KEY (trial_id, attempt)
) WITHOUT ROWID;
INSERT INTO attempts VALUES(1,1,'worker-1','2026-11-24T22:46:40.882Z','2026-11-24T22:46:40.979Z','completed','',1,1,'',NULL);
INSERT INTO attempts VALUES(2,1,'worker-1','2026-11-24T22:46:40.979Z','2026-11-24T22:46:40.985Z','completed','',1,1,'',NULL);
INSERT INTO attempts VALUES(3,1,'worker-1','2026-11-24T22:46:40.985Z','2026-11-24T22:46:40.996Z','completed','',1,1,'',NULL);
INSERT INTO attempts VALUES(4,1,'worker-1','2026-11-24T22:46:40.996Z','2026-11-24T22:46:41.006Z','completed','',1,1,'',NULL);
INSERT INTO attempts VALUES(5,1,'worker-1','2026-11-24T22:46:41.006Z','2026-11-24T22:46:41.015Z','completed','',1,1,'',NULL);
INSERT INTO attempts VALUES(6,1,'worker-1','2026-11-24T22:46:41.015Z','2026-11-24T22:46:41.024Z','completed','',1,1,'',NULL);
INSERT INTO attempts VALUES(7,1,'worker-1','2026-11-24T22:46:41.024Z','2026-11-24T22:46:41.034Z','completed','',1,1,'',NULL);
INSERT INTO attempts VALUES(8,1,'worker-1','2026-11-24T22:46:41.034Z',NULL,'','',1,1,'',NULL);
CREATE TABLE counterexamples (
  sweep_id INTEGER NOT NULL REFERENCES sweeps (id),
  claim TEXT NOT NULL,
  trial_id INTEGER NOT NULL REFERENCES trials (id),
  PRIMARY KEY (sweep_id, claim, trial_id)
) WITHOUT ROWID;
CREATE TABLE environments (
  id INTEGER PRIMARY KEY,
  build TEXT NOT NULL,
  libtorch TEXT NOT NULL,
  device TEXT NOT NULL,
  device_name TEXT NOT NULL,
  threads INTEGER NOT NULL,
  UNIQUE (build, libtorch, device, device_name, threads)
);
INSERT INTO environments VALUES(1,'0.1.0 ef55d3d72f24 clang-16.0.6 Release','2.13.0','cpu','AVX512',1);
CREATE TABLE extensions (
  first_trial INTEGER PRIMARY KEY,
  sweep_id INTEGER NOT NULL REFERENCES sweeps (id),
  extension TEXT NOT NULL
);
CREATE TABLE measurements (
  trial_id INTEGER NOT NULL REFERENCES trials (id),
  metric_id INTEGER NOT NULL REFERENCES metrics (id),
  step INTEGER NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (trial_id, metric_id, step)
) WITHOUT ROWID;
INSERT INTO measurements VALUES(1,1,0,0.0);
INSERT INTO measurements VALUES(1,1,2,0.0);
INSERT INTO measurements VALUES(1,1,4,0.0);
INSERT INTO measurements VALUES(1,2,0,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(1,2,2,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(1,2,4,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(1,3,0,0.0);
INSERT INTO measurements VALUES(1,3,2,0.0);
INSERT INTO measurements VALUES(1,3,4,0.0);
INSERT INTO measurements VALUES(1,4,0,0.0);
INSERT INTO measurements VALUES(1,4,2,0.0);
INSERT INTO measurements VALUES(1,4,4,0.0);
INSERT INTO measurements VALUES(1,5,0,0.25);
INSERT INTO measurements VALUES(1,5,2,0.25);
INSERT INTO measurements VALUES(1,5,4,0.25);
INSERT INTO measurements VALUES(1,6,0,4.16666666666666643537e-02);
INSERT INTO measurements VALUES(1,6,2,4.16666666666666643537e-02);
INSERT INTO measurements VALUES(1,6,4,4.16666666666666643537e-02);
INSERT INTO measurements VALUES(1,7,0,0.0);
INSERT INTO measurements VALUES(1,7,2,0.0);
INSERT INTO measurements VALUES(1,7,4,0.0);
INSERT INTO measurements VALUES(1,8,0,0.0);
INSERT INTO measurements VALUES(1,8,2,0.0);
INSERT INTO measurements VALUES(1,8,4,0.0);
INSERT INTO measurements VALUES(1,9,0,0.125);
INSERT INTO measurements VALUES(1,9,2,0.125);
INSERT INTO measurements VALUES(1,9,4,0.125);
INSERT INTO measurements VALUES(1,10,0,0.0);
INSERT INTO measurements VALUES(1,10,2,0.0);
INSERT INTO measurements VALUES(1,10,4,0.0);
INSERT INTO measurements VALUES(1,11,0,0.125);
INSERT INTO measurements VALUES(1,11,2,0.125);
INSERT INTO measurements VALUES(1,11,4,0.125);
INSERT INTO measurements VALUES(1,12,0,2.21129020055135105948e+00);
INSERT INTO measurements VALUES(1,12,2,2.21122280756632472176e+00);
INSERT INTO measurements VALUES(1,12,4,2.21105368932088230948e+00);
INSERT INTO measurements VALUES(1,13,2,2.20294809341430664062e+00);
INSERT INTO measurements VALUES(1,13,4,2.21406972408294677734e+00);
INSERT INTO measurements VALUES(1,14,2,2.00293229287677172572e+03);
INSERT INTO measurements VALUES(1,14,4,3.4012029204428877165e+03);
INSERT INTO measurements VALUES(2,1,0,0.0);
INSERT INTO measurements VALUES(2,1,2,0.0);
INSERT INTO measurements VALUES(2,1,4,0.0);
INSERT INTO measurements VALUES(2,2,0,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(2,2,2,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(2,2,4,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(2,3,0,0.0);
INSERT INTO measurements VALUES(2,3,2,0.0);
INSERT INTO measurements VALUES(2,3,4,0.0);
INSERT INTO measurements VALUES(2,4,0,0.0);
INSERT INTO measurements VALUES(2,4,2,0.0);
INSERT INTO measurements VALUES(2,4,4,0.0);
INSERT INTO measurements VALUES(2,5,0,0.25);
INSERT INTO measurements VALUES(2,5,2,0.25);
INSERT INTO measurements VALUES(2,5,4,0.25);
INSERT INTO measurements VALUES(2,6,0,4.16666666666666643537e-02);
INSERT INTO measurements VALUES(2,6,2,4.16666666666666643537e-02);
INSERT INTO measurements VALUES(2,6,4,4.16666666666666643537e-02);
INSERT INTO measurements VALUES(2,7,0,0.0);
INSERT INTO measurements VALUES(2,7,2,0.0);
INSERT INTO measurements VALUES(2,7,4,0.0);
INSERT INTO measurements VALUES(2,8,0,0.0);
INSERT INTO measurements VALUES(2,8,2,0.0);
INSERT INTO measurements VALUES(2,8,4,0.0);
INSERT INTO measurements VALUES(2,9,0,0.125);
INSERT INTO measurements VALUES(2,9,2,0.125);
INSERT INTO measurements VALUES(2,9,4,0.125);
INSERT INTO measurements VALUES(2,10,0,0.0);
INSERT INTO measurements VALUES(2,10,2,0.0);
INSERT INTO measurements VALUES(2,10,4,0.0);
INSERT INTO measurements VALUES(2,11,0,0.125);
INSERT INTO measurements VALUES(2,11,2,0.125);
INSERT INTO measurements VALUES(2,11,4,0.125);
INSERT INTO measurements VALUES(2,12,0,2.21129020055135105948e+00);
INSERT INTO measurements VALUES(2,12,2,2.21108770370483398437e+00);
INSERT INTO measurements VALUES(2,12,4,2.21058257420857762198e+00);
INSERT INTO measurements VALUES(2,13,2,2.20289731025695800781e+00);
INSERT INTO measurements VALUES(2,13,4,2.21379923820495605468e+00);
INSERT INTO measurements VALUES(2,14,2,5.3105158170394543048e+03);
INSERT INTO measurements VALUES(2,14,4,5.66550972236877805688e+03);
INSERT INTO measurements VALUES(3,1,0,0.0);
INSERT INTO measurements VALUES(3,1,2,0.0);
INSERT INTO measurements VALUES(3,1,4,0.0);
INSERT INTO measurements VALUES(3,2,0,4.16666666666666643537e-02);
INSERT INTO measurements VALUES(3,2,2,4.16666666666666643537e-02);
INSERT INTO measurements VALUES(3,2,4,4.16666666666666643537e-02);
INSERT INTO measurements VALUES(3,3,0,0.125);
INSERT INTO measurements VALUES(3,3,2,0.125);
INSERT INTO measurements VALUES(3,3,4,0.125);
INSERT INTO measurements VALUES(3,4,0,0.0);
INSERT INTO measurements VALUES(3,4,2,0.0);
INSERT INTO measurements VALUES(3,4,4,0.0);
INSERT INTO measurements VALUES(3,5,0,0.0);
INSERT INTO measurements VALUES(3,5,2,0.0);
INSERT INTO measurements VALUES(3,5,4,0.0);
INSERT INTO measurements VALUES(3,6,0,0.0);
INSERT INTO measurements VALUES(3,6,2,0.0);
INSERT INTO measurements VALUES(3,6,4,0.0);
INSERT INTO measurements VALUES(3,7,0,0.0);
INSERT INTO measurements VALUES(3,7,2,0.0);
INSERT INTO measurements VALUES(3,7,4,0.0);
INSERT INTO measurements VALUES(3,8,0,0.0);
INSERT INTO measurements VALUES(3,8,2,0.0);
INSERT INTO measurements VALUES(3,8,4,0.0);
INSERT INTO measurements VALUES(3,9,0,0.0);
INSERT INTO measurements VALUES(3,9,2,0.0);
INSERT INTO measurements VALUES(3,9,4,0.0);
INSERT INTO measurements VALUES(3,10,0,0.0);
INSERT INTO measurements VALUES(3,10,2,0.0);
INSERT INTO measurements VALUES(3,10,4,0.0);
INSERT INTO measurements VALUES(3,11,0,0.0);
INSERT INTO measurements VALUES(3,11,2,0.0);
INSERT INTO measurements VALUES(3,11,4,0.0);
INSERT INTO measurements VALUES(3,12,0,2.220977783203125e+00);
INSERT INTO measurements VALUES(3,12,2,2.22091054916381835937e+00);
INSERT INTO measurements VALUES(3,12,4,2.22074985504150390625e+00);
INSERT INTO measurements VALUES(3,13,2,2.21818614006042480468e+00);
INSERT INTO measurements VALUES(3,13,4,2.22430741786956787109e+00);
INSERT INTO measurements VALUES(3,14,2,3.95793114980868313071e+03);
INSERT INTO measurements VALUES(3,14,4,5.73794654672445722087e+03);
INSERT INTO measurements VALUES(4,1,0,0.0);
INSERT INTO measurements VALUES(4,1,2,0.0);
INSERT INTO measurements VALUES(4,1,4,0.0);
INSERT INTO measurements VALUES(4,2,0,4.16666666666666643537e-02);
INSERT INTO measurements VALUES(4,2,2,4.16666666666666643537e-02);
INSERT INTO measurements VALUES(4,2,4,4.16666666666666643537e-02);
INSERT INTO measurements VALUES(4,3,0,0.125);
INSERT INTO measurements VALUES(4,3,2,0.125);
INSERT INTO measurements VALUES(4,3,4,0.125);
INSERT INTO measurements VALUES(4,4,0,0.0);
INSERT INTO measurements VALUES(4,4,2,0.0);
INSERT INTO measurements VALUES(4,4,4,0.0);
INSERT INTO measurements VALUES(4,5,0,0.0);
INSERT INTO measurements VALUES(4,5,2,0.0);
INSERT INTO measurements VALUES(4,5,4,0.0);
INSERT INTO measurements VALUES(4,6,0,0.0);
INSERT INTO measurements VALUES(4,6,2,0.0);
INSERT INTO measurements VALUES(4,6,4,0.0);
INSERT INTO measurements VALUES(4,7,0,0.0);
INSERT INTO measurements VALUES(4,7,2,0.0);
INSERT INTO measurements VALUES(4,7,4,0.0);
INSERT INTO measurements VALUES(4,8,0,0.0);
INSERT INTO measurements VALUES(4,8,2,0.0);
INSERT INTO measurements VALUES(4,8,4,0.0);
INSERT INTO measurements VALUES(4,9,0,0.0);
INSERT INTO measurements VALUES(4,9,2,0.0);
INSERT INTO measurements VALUES(4,9,4,0.0);
INSERT INTO measurements VALUES(4,10,0,0.0);
INSERT INTO measurements VALUES(4,10,2,0.0);
INSERT INTO measurements VALUES(4,10,4,0.0);
INSERT INTO measurements VALUES(4,11,0,0.0);
INSERT INTO measurements VALUES(4,11,2,0.0);
INSERT INTO measurements VALUES(4,11,4,0.0);
INSERT INTO measurements VALUES(4,12,0,2.220977783203125e+00);
INSERT INTO measurements VALUES(4,12,2,2.22077639897664402823e+00);
INSERT INTO measurements VALUES(4,12,4,2.22029590606689453125e+00);
INSERT INTO measurements VALUES(4,13,2,2.21815085411071777343e+00);
INSERT INTO measurements VALUES(4,13,4,2.22404217720031738281e+00);
INSERT INTO measurements VALUES(4,14,2,3.43269998588302178185e+03);
INSERT INTO measurements VALUES(4,14,4,2.46077978420191675478e+03);
INSERT INTO measurements VALUES(5,1,0,0.0);
INSERT INTO measurements VALUES(5,1,2,0.0);
INSERT INTO measurements VALUES(5,1,4,0.0);
INSERT INTO measurements VALUES(5,2,0,0.125);
INSERT INTO measurements VALUES(5,2,2,0.125);
INSERT INTO measurements VALUES(5,2,4,0.125);
INSERT INTO measurements VALUES(5,3,0,0.0);
INSERT INTO measurements VALUES(5,3,2,0.0);
INSERT INTO measurements VALUES(5,3,4,0.0);
INSERT INTO measurements VALUES(5,4,0,0.125);
INSERT INTO measurements VALUES(5,4,2,0.125);
INSERT INTO measurements VALUES(5,4,4,0.125);
INSERT INTO measurements VALUES(5,5,0,0.25);
INSERT INTO measurements VALUES(5,5,2,0.25);
INSERT INTO measurements VALUES(5,5,4,0.25);
INSERT INTO measurements VALUES(5,6,0,1.66666666666666657414e-01);
INSERT INTO measurements VALUES(5,6,2,1.66666666666666657414e-01);
INSERT INTO measurements VALUES(5,6,4,1.66666666666666657414e-01);
INSERT INTO measurements VALUES(5,7,0,0.0);
INSERT INTO measurements VALUES(5,7,2,0.0);
INSERT INTO measurements VALUES(5,7,4,0.0);
INSERT INTO measurements VALUES(5,8,0,0.25);
INSERT INTO measurements VALUES(5,8,2,0.25);
INSERT INTO measurements VALUES(5,8,4,0.25);
INSERT INTO measurements VALUES(5,9,0,0.25);
INSERT INTO measurements VALUES(5,9,2,0.25);
INSERT INTO measurements VALUES(5,9,4,0.25);
INSERT INTO measurements VALUES(5,10,0,0.125);
INSERT INTO measurements VALUES(5,10,2,0.125);
INSERT INTO measurements VALUES(5,10,4,0.125);
INSERT INTO measurements VALUES(5,11,0,0.125);
INSERT INTO measurements VALUES(5,11,2,0.125);
INSERT INTO measurements VALUES(5,11,4,0.125);
INSERT INTO measurements VALUES(5,12,0,2.1853237152099609375e+00);
INSERT INTO measurements VALUES(5,12,2,2.18526347478230809073e+00);
INSERT INTO measurements VALUES(5,12,4,2.18511803944905613761e+00);
INSERT INTO measurements VALUES(5,13,2,2.19421601295471191406e+00);
INSERT INTO measurements VALUES(5,13,4,2.18633568286895751953e+00);
INSERT INTO measurements VALUES(5,14,2,2.81933457360560123568e+03);
INSERT INTO measurements VALUES(5,14,4,2.97127813986103319612e+03);
INSERT INTO measurements VALUES(6,1,0,0.0);
INSERT INTO measurements VALUES(6,1,2,0.0);
INSERT INTO measurements VALUES(6,1,4,0.0);
INSERT INTO measurements VALUES(6,2,0,0.125);
INSERT INTO measurements VALUES(6,2,2,0.125);
INSERT INTO measurements VALUES(6,2,4,0.125);
INSERT INTO measurements VALUES(6,3,0,0.0);
INSERT INTO measurements VALUES(6,3,2,0.0);
INSERT INTO measurements VALUES(6,3,4,0.0);
INSERT INTO measurements VALUES(6,4,0,0.125);
INSERT INTO measurements VALUES(6,4,2,0.125);
INSERT INTO measurements VALUES(6,4,4,0.125);
INSERT INTO measurements VALUES(6,5,0,0.25);
INSERT INTO measurements VALUES(6,5,2,0.25);
INSERT INTO measurements VALUES(6,5,4,0.25);
INSERT INTO measurements VALUES(6,6,0,1.66666666666666657414e-01);
INSERT INTO measurements VALUES(6,6,2,1.66666666666666657414e-01);
INSERT INTO measurements VALUES(6,6,4,1.66666666666666657414e-01);
INSERT INTO measurements VALUES(6,7,0,0.0);
INSERT INTO measurements VALUES(6,7,2,0.0);
INSERT INTO measurements VALUES(6,7,4,0.0);
INSERT INTO measurements VALUES(6,8,0,0.25);
INSERT INTO measurements VALUES(6,8,2,0.25);
INSERT INTO measurements VALUES(6,8,4,0.25);
INSERT INTO measurements VALUES(6,9,0,0.25);
INSERT INTO measurements VALUES(6,9,2,0.25);
INSERT INTO measurements VALUES(6,9,4,0.25);
INSERT INTO measurements VALUES(6,10,0,0.125);
INSERT INTO measurements VALUES(6,10,2,0.125);
INSERT INTO measurements VALUES(6,10,4,0.125);
INSERT INTO measurements VALUES(6,11,0,0.125);
INSERT INTO measurements VALUES(6,11,2,0.125);
INSERT INTO measurements VALUES(6,11,4,0.125);
INSERT INTO measurements VALUES(6,12,0,2.1853237152099609375e+00);
INSERT INTO measurements VALUES(6,12,2,2.18514251708984375e+00);
INSERT INTO measurements VALUES(6,12,4,2.18470621109008789062e+00);
INSERT INTO measurements VALUES(6,13,2,2.19419765472412109375e+00);
INSERT INTO measurements VALUES(6,13,4,2.18620145320892333984e+00);
INSERT INTO measurements VALUES(6,14,2,4.07163429802225437011e+03);
INSERT INTO measurements VALUES(6,14,4,2.82758949762570819062e+03);
INSERT INTO measurements VALUES(7,1,0,0.0);
INSERT INTO measurements VALUES(7,1,2,0.0);
INSERT INTO measurements VALUES(7,1,4,0.0);
INSERT INTO measurements VALUES(7,2,0,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(7,2,2,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(7,2,4,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(7,3,0,0.125);
INSERT INTO measurements VALUES(7,3,2,0.125);
INSERT INTO measurements VALUES(7,3,4,0.125);
INSERT INTO measurements VALUES(7,4,0,0.125);
INSERT INTO measurements VALUES(7,4,2,0.125);
INSERT INTO measurements VALUES(7,4,4,0.125);
INSERT INTO measurements VALUES(7,5,0,0.0);
INSERT INTO measurements VALUES(7,5,2,0.0);
INSERT INTO measurements VALUES(7,5,4,0.0);
INSERT INTO measurements VALUES(7,6,0,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(7,6,2,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(7,6,4,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(7,7,0,0.125);
INSERT INTO measurements VALUES(7,7,2,0.125);
INSERT INTO measurements VALUES(7,7,4,0.125);
INSERT INTO measurements VALUES(7,8,0,0.125);
INSERT INTO measurements VALUES(7,8,2,0.125);
INSERT INTO measurements VALUES(7,8,4,0.125);
INSERT INTO measurements VALUES(7,9,0,0.0);
INSERT INTO measurements VALUES(7,9,2,0.0);
INSERT INTO measurements VALUES(7,9,4,0.0);
INSERT INTO measurements VALUES(7,10,0,0.125);
INSERT INTO measurements VALUES(7,10,2,0.125);
INSERT INTO measurements VALUES(7,10,4,0.125);
INSERT INTO measurements VALUES(7,11,0,-0.125);
INSERT INTO measurements VALUES(7,11,2,-0.125);
INSERT INTO measurements VALUES(7,11,4,-0.125);
INSERT INTO measurements VALUES(7,12,0,2.19761753082275390625e+00);
INSERT INTO measurements VALUES(7,12,2,2.19758510589599609375e+00);
INSERT INTO measurements VALUES(7,12,4,2.19747749964396144051e+00);
INSERT INTO measurements VALUES(7,13,2,2.18777298927307128906e+00);
INSERT INTO measurements VALUES(7,13,4,2.18871426582336425781e+00);
INSERT INTO measurements VALUES(7,14,2,3.81042561025156919646e+03);
INSERT INTO measurements VALUES(7,14,4,3.38156573256549245333e+03);
INSERT INTO measurements VALUES(8,1,0,0.0);
INSERT INTO measurements VALUES(8,1,2,0.0);
INSERT INTO measurements VALUES(8,1,4,0.0);
INSERT INTO measurements VALUES(8,2,0,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(8,2,2,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(8,2,4,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(8,3,0,0.125);
INSERT INTO measurements VALUES(8,3,2,0.125);
INSERT INTO measurements VALUES(8,3,4,0.125);
INSERT INTO measurements VALUES(8,4,0,0.125);
INSERT INTO measurements VALUES(8,4,2,0.125);
INSERT INTO measurements VALUES(8,4,4,0.125);
INSERT INTO measurements VALUES(8,5,0,0.0);
INSERT INTO measurements VALUES(8,5,2,0.0);
INSERT INTO measurements VALUES(8,5,4,0.0);
INSERT INTO measurements VALUES(8,6,0,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(8,6,2,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(8,6,4,8.33333333333333287074e-02);
INSERT INTO measurements VALUES(8,7,0,0.125);
INSERT INTO measurements VALUES(8,7,2,0.125);
INSERT INTO measurements VALUES(8,7,4,0.125);
INSERT INTO measurements VALUES(8,8,0,0.125);
INSERT INTO measurements VALUES(8,8,2,0.125);
INSERT INTO measurements VALUES(8,8,4,0.125);
INSERT INTO measurements VALUES(8,9,0,0.0);
INSERT INTO measurements VALUES(8,9,2,0.0);
INSERT INTO measurements VALUES(8,9,4,0.0);
INSERT INTO measurements VALUES(8,10,0,0.125);
INSERT INTO measurements VALUES(8,10,2,0.125);
INSERT INTO measurements VALUES(8,10,4,0.125);
INSERT INTO measurements VALUES(8,11,0,-0.125);
INSERT INTO measurements VALUES(8,11,2,-0.125);
INSERT INTO measurements VALUES(8,11,4,-0.125);
INSERT INTO measurements VALUES(8,12,0,2.19761753082275390625e+00);
INSERT INTO measurements VALUES(8,12,2,2.19751962025960301261e+00);
INSERT INTO measurements VALUES(8,12,4,2.19719743728637695312e+00);
INSERT INTO measurements VALUES(8,13,2,2.18775486946105957031e+00);
INSERT INTO measurements VALUES(8,13,4,2.18856537342071533203e+00);
INSERT INTO measurements VALUES(8,14,2,5.30012276409352307404e+03);
INSERT INTO measurements VALUES(8,14,4,1.48707757470287720022e+03);
CREATE TABLE metrics (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  lowest REAL NOT NULL,
  highest REAL NOT NULL
);
INSERT INTO metrics VALUES(1,'exact_match',0.0,1.0);
INSERT INTO metrics VALUES(2,'token_accuracy',0.0,1.0);
INSERT INTO metrics VALUES(3,'position_accuracy/1',0.0,1.0);
INSERT INTO metrics VALUES(4,'position_accuracy/2',0.0,1.0);
INSERT INTO metrics VALUES(5,'position_accuracy/3',0.0,1.0);
INSERT INTO metrics VALUES(6,'forced_token_accuracy',0.0,1.0);
INSERT INTO metrics VALUES(7,'forced_position_accuracy/1',0.0,1.0);
INSERT INTO metrics VALUES(8,'forced_position_accuracy/2',0.0,1.0);
INSERT INTO metrics VALUES(9,'forced_position_accuracy/3',0.0,1.0);
INSERT INTO metrics VALUES(10,'first_step_accuracy',0.0,1.0);
INSERT INTO metrics VALUES(11,'cheat_gap',-1.0,1.0);
INSERT INTO metrics VALUES(12,'test_loss',0.0,9.0e+999);
INSERT INTO metrics VALUES(13,'train_loss',0.0,9.0e+999);
INSERT INTO metrics VALUES(14,'samples_per_second',0.0,9.0e+999);
CREATE TABLE pruned_sweeps (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  end_trial INTEGER NOT NULL,
  pruned_at TEXT NOT NULL
);
CREATE TABLE student_t (
  degrees_of_freedom INTEGER PRIMARY KEY,
  quantile_975 REAL NOT NULL
);
CREATE TABLE sweeps (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  request_id TEXT NOT NULL UNIQUE,
  spec TEXT NOT NULL,
  metric TEXT NOT NULL,
  first_trial INTEGER NOT NULL,
  trials INTEGER NOT NULL,
  cancelled INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL
, paused INTEGER NOT NULL DEFAULT 0, judged_results INTEGER NOT NULL DEFAULT -1);
INSERT INTO sweeps VALUES(1,'old','spec-03ecd6287535411b045916e79ee4a007','{"name":"old","description":"","metric":"exact_match","max_attempts":3,"priority":0,"max_parallel":0,"seeds":[1,2],"axes":[{"name":"objective","values":["standard","reverse"]},{"name":"lr","values":[0.001,0.003]}],"fixed":{"objective":"standard","degree":2,"length":3,"nodes":5,"depth":1,"width":8,"heads":1,"position":"learned","tie_embeddings":false,"init_std":0.02,"embedding_init_std":0.3,"lr":0.001,"warmup":100,"schedule":"constant","final_lr":0.0,"beta1":0.9,"beta2":0.999,"weight_decay":0.0,"grad_clip":1.0,"batch_size":4,"steps":4,"train_samples":0,"test_samples":8,"eval_every":2,"stop_when":"never","solved_at":0.99}}','exact_match',1,8,0,'2026-11-24T22:46:40.397Z',0,-1);
CREATE TABLE trials (
  id INTEGER PRIMARY KEY,
  sweep_id INTEGER NOT NULL REFERENCES sweeps (id),
  config INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  state TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  lost_attempts INTEGER NOT NULL DEFAULT 0,
  worker TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT ''
, objective TEXT NOT NULL DEFAULT 'standard', degree INTEGER NOT NULL DEFAULT 2, length INTEGER NOT NULL DEFAULT 5, nodes INTEGER NOT NULL DEFAULT 50, depth INTEGER NOT NULL DEFAULT 4, width INTEGER NOT NULL DEFAULT 64, heads INTEGER NOT NULL DEFAULT 2, position TEXT NOT NULL DEFAULT 'learned', tie_embeddings INTEGER NOT NULL DEFAULT 0, init_std REAL NOT NULL DEFAULT 0.02, embedding_init_std REAL NOT NULL DEFAULT 0.3, lr REAL NOT NULL DEFAULT 0.001, warmup INTEGER NOT NULL DEFAULT 100, schedule TEXT NOT NULL DEFAULT 'constant', final_lr REAL NOT NULL DEFAULT 0, beta1 REAL NOT NULL DEFAULT 0.9, beta2 REAL NOT NULL DEFAULT 0.999, weight_decay REAL NOT NULL DEFAULT 0, grad_clip REAL NOT NULL DEFAULT 1, batch_size INTEGER NOT NULL DEFAULT 64, steps INTEGER NOT NULL DEFAULT 5000, train_samples INTEGER NOT NULL DEFAULT 0, test_samples INTEGER NOT NULL DEFAULT 512, eval_every INTEGER NOT NULL DEFAULT 250, stop_when TEXT NOT NULL DEFAULT 'never', solved_at REAL NOT NULL DEFAULT 0.99, reused_from INTEGER, metrics_hash TEXT, sampling_prob REAL NOT NULL DEFAULT 0.25, sampling_schedule TEXT NOT NULL DEFAULT 'constant', edge_order TEXT NOT NULL DEFAULT 'shuffled', edge_direction TEXT NOT NULL DEFAULT 'forward', query_position TEXT NOT NULL DEFAULT 'end', architecture TEXT NOT NULL DEFAULT 'transformer', norm TEXT NOT NULL DEFAULT 'layernorm', activation TEXT NOT NULL DEFAULT 'gelu', dropout REAL NOT NULL DEFAULT 0, parametrization TEXT NOT NULL DEFAULT 'standard', mup_base_width INTEGER NOT NULL DEFAULT 64, mup_base_heads INTEGER NOT NULL DEFAULT 0, attention TEXT NOT NULL DEFAULT 'auto', dtype TEXT NOT NULL DEFAULT 'float32', optimizer TEXT NOT NULL DEFAULT 'adamw', momentum REAL NOT NULL DEFAULT 0.9, rung INTEGER NOT NULL DEFAULT 0, detail TEXT NOT NULL DEFAULT '');
INSERT INTO trials VALUES(1,1,0,1,'succeeded',1,0,'worker-1','completed','standard',2,3,5,1,8,1,'learned',0,0.02,0.3,0.001,100,'constant',0.0,0.9,0.999,0.0,1.0,4,4,0,8,2,'never',0.99,NULL,'0000000000000abc',0.25,'constant','shuffled','forward','end','transformer','layernorm','gelu',0.0,'standard',64,0,'auto','float32','adamw',0.9,0,'');
INSERT INTO trials VALUES(2,1,1,1,'succeeded',1,0,'worker-1','completed','standard',2,3,5,1,8,1,'learned',0,0.02,0.3,0.003,100,'constant',0.0,0.9,0.999,0.0,1.0,4,4,0,8,2,'never',0.99,NULL,NULL,0.25,'constant','shuffled','forward','end','transformer','layernorm','gelu',0.0,'standard',64,0,'auto','float32','adamw',0.9,0,'');
INSERT INTO trials VALUES(3,1,2,1,'succeeded',1,0,'worker-1','completed','reverse',2,3,5,1,8,1,'learned',0,0.02,0.3,0.001,100,'constant',0.0,0.9,0.999,0.0,1.0,4,4,0,8,2,'never',0.99,NULL,NULL,0.25,'constant','shuffled','forward','end','transformer','layernorm','gelu',0.0,'standard',64,0,'auto','float32','adamw',0.9,0,'');
INSERT INTO trials VALUES(4,1,3,1,'succeeded',1,0,'worker-1','completed','reverse',2,3,5,1,8,1,'learned',0,0.02,0.3,0.003,100,'constant',0.0,0.9,0.999,0.0,1.0,4,4,0,8,2,'never',0.99,NULL,NULL,0.25,'constant','shuffled','forward','end','transformer','layernorm','gelu',0.0,'standard',64,0,'auto','float32','adamw',0.9,0,'');
INSERT INTO trials VALUES(5,1,0,2,'succeeded',1,0,'worker-1','completed','standard',2,3,5,1,8,1,'learned',0,0.02,0.3,0.001,100,'constant',0.0,0.9,0.999,0.0,1.0,4,4,0,8,2,'never',0.99,NULL,NULL,0.25,'constant','shuffled','forward','end','transformer','layernorm','gelu',0.0,'standard',64,0,'auto','float32','adamw',0.9,0,'');
INSERT INTO trials VALUES(6,1,1,2,'succeeded',1,0,'worker-1','completed','standard',2,3,5,1,8,1,'learned',0,0.02,0.3,0.003,100,'constant',0.0,0.9,0.999,0.0,1.0,4,4,0,8,2,'never',0.99,NULL,NULL,0.25,'constant','shuffled','forward','end','transformer','layernorm','gelu',0.0,'standard',64,0,'auto','float32','adamw',0.9,0,'');
INSERT INTO trials VALUES(7,1,2,2,'failed',1,3,'worker-1','crashed on worker-1: out of memory','reverse',2,3,5,1,8,1,'learned',0,0.02,0.3,0.001,100,'constant',0.0,0.9,0.999,0.0,1.0,4,4,0,8,2,'never',0.99,NULL,NULL,0.25,'constant','shuffled','forward','end','transformer','layernorm','gelu',0.0,'standard',64,0,'auto','float32','adamw',0.9,0,'');
INSERT INTO trials VALUES(8,1,3,2,'running',1,0,'worker-1','','reverse',2,3,5,1,8,1,'learned',0,0.02,0.3,0.003,100,'constant',0.0,0.9,0.999,0.0,1.0,4,4,0,8,2,'never',0.99,NULL,NULL,0.25,'constant','shuffled','forward','end','transformer','layernorm','gelu',0.0,'standard',64,0,'auto','float32','adamw',0.9,0,'');
CREATE TABLE verdicts (
  sweep_id INTEGER NOT NULL REFERENCES sweeps (id),
  claim TEXT NOT NULL,
  config INTEGER NOT NULL,
  trial_id INTEGER REFERENCES trials (id),
  verdict TEXT NOT NULL,
  mean REAL,
  low REAL,
  high REAL,
  bound REAL NOT NULL,
  margin REAL NOT NULL,
  seeds INTEGER NOT NULL,
  missing INTEGER NOT NULL,
  q REAL,
  PRIMARY KEY (sweep_id, claim, config)
) WITHOUT ROWID;
CREATE TABLE workers (
  name TEXT PRIMARY KEY,
  hostname TEXT NOT NULL,
  device TEXT NOT NULL,
  device_name TEXT NOT NULL,
  memory_bytes INTEGER NOT NULL,
  slots INTEGER NOT NULL,
  registered_at TEXT NOT NULL
, environment_id INTEGER REFERENCES environments (id)) WITHOUT ROWID;
INSERT INTO workers VALUES('worker-1','host','cpu','AVX512',25276502016,1,'2026-11-24T22:46:40.882Z',1);
CREATE INDEX trials_by_sweep ON trials (sweep_id, state);
CREATE INDEX settled_trials ON trials (sweep_id) WHERE attempt = 0;
CREATE VIEW trial_attempts AS
SELECT s.name AS sweep, a.trial_id, a.attempt, a.worker, a.leased_at, a.ended_at, a.reason,
       a.detail, a.fused, a.execution, a.energy_joules, e.build, e.libtorch, e.device,
       e.device_name, e.threads
FROM attempts a JOIN trials t ON t.id = a.trial_id JOIN sweeps s ON s.id = t.sweep_id
LEFT JOIN environments e ON e.id = a.environment_id;
CREATE VIEW learning_curves AS
SELECT s.name AS sweep, t.id AS trial_id, t.config, t.seed, objective, sampling_prob, sampling_schedule, degree, length, nodes, edge_order, edge_direction, query_position, architecture, depth, width, heads, position, norm, activation, dropout, parametrization, mup_base_width, mup_base_heads, attention, dtype, tie_embeddings, init_std, embedding_init_std, optimizer, lr, warmup, schedule, final_lr, momentum, beta1, beta2, weight_decay, grad_clip, batch_size, steps, train_samples, test_samples, eval_every, stop_when, solved_at,
       k.name AS metric, m.step, m.value
FROM sweeps s
JOIN trials t ON t.sweep_id = s.id
JOIN measurements m ON m.trial_id = t.id
JOIN metrics k ON k.id = m.metric_id;
CREATE VIEW robustness AS
WITH solved AS (
  SELECT trial_id, value >= solved_at AS solved FROM trial_results WHERE metric = 'exact_match'
), result AS (
  SELECT r.*, coalesce(s.solved, 0) AS solved,
         avg(r.value) OVER (PARTITION BY r.sweep, r.config, r.metric) AS mean
  FROM trial_results r LEFT JOIN solved s USING (trial_id)
  WHERE r.state IN ('succeeded', 'stopped')
), cell AS (
  SELECT sweep, config, objective, sampling_prob, sampling_schedule, degree, length, nodes, edge_order, edge_direction, query_position, architecture, depth, width, heads, position, norm, activation, dropout, parametrization, mup_base_width, mup_base_heads, attention, dtype, tie_embeddings, init_std, embedding_init_std, optimizer, lr, warmup, schedule, final_lr, momentum, beta1, beta2, weight_decay, grad_clip, batch_size, steps, train_samples, test_samples, eval_every, stop_when, solved_at, metric, mean, count(*) AS n, 1.0 * sum(solved) / count(*) AS p,
         sqrt(sum((value - mean) * (value - mean)) / (count(*) - 1) / count(*)) AS standard_error
  FROM result GROUP BY sweep, config, metric
), spread AS (
  SELECT c.*, k.lowest, k.highest, 3.8414588206941236 / n AS zz,
         standard_error * (SELECT quantile_975 FROM student_t
                           WHERE degrees_of_freedom = min(c.n - 1, 1000)) AS half_width
  FROM cell c JOIN metrics k ON k.name = c.metric
)
SELECT sweep, config, objective, sampling_prob, sampling_schedule, degree, length, nodes, edge_order, edge_direction, query_position, architecture, depth, width, heads, position, norm, activation, dropout, parametrization, mup_base_width, mup_base_heads, attention, dtype, tie_embeddings, init_std, embedding_init_std, optimizer, lr, warmup, schedule, final_lr, momentum, beta1, beta2, weight_decay, grad_clip, batch_size, steps, train_samples, test_samples, eval_every, stop_when, solved_at, metric, mean,
       max(mean - half_width, lowest) AS low, min(mean + half_width, highest) AS high, n,
       p AS solved,
       max(0, (p + zz / 2 - sqrt(zz * (p * (1 - p) + zz / 4))) / (1 + zz)) AS solved_low,
       min(1, (p + zz / 2 + sqrt(zz * (p * (1 - p) + zz / 4))) / (1 + zz)) AS solved_high
FROM spread;
CREATE VIEW claim_verdicts AS
SELECT s.name AS sweep, v.claim, v.config, objective, sampling_prob, sampling_schedule, degree, length, nodes, edge_order, edge_direction, query_position, architecture, depth, width, heads, position, norm, activation, dropout, parametrization, mup_base_width, mup_base_heads, attention, dtype, tie_embeddings, init_std, embedding_init_std, optimizer, lr, warmup, schedule, final_lr, momentum, beta1, beta2, weight_decay, grad_clip, batch_size, steps, train_samples, test_samples, eval_every, stop_when, solved_at, v.verdict, v.mean, v.low, v.high, v.bound,
       v.margin, v.seeds, v.missing, v.q
FROM sweeps s JOIN verdicts v ON v.sweep_id = s.id LEFT JOIN trials t ON t.id = v.trial_id;
CREATE VIEW claim_counterexamples AS
SELECT s.name AS sweep, c.claim, c.trial_id, t.config, t.seed, objective, sampling_prob, sampling_schedule, degree, length, nodes, edge_order, edge_direction, query_position, architecture, depth, width, heads, position, norm, activation, dropout, parametrization, mup_base_width, mup_base_heads, attention, dtype, tie_embeddings, init_std, embedding_init_std, optimizer, lr, warmup, schedule, final_lr, momentum, beta1, beta2, weight_decay, grad_clip, batch_size, steps, train_samples, test_samples, eval_every, stop_when, solved_at
FROM sweeps s JOIN counterexamples c ON c.sweep_id = s.id JOIN trials t ON t.id = c.trial_id;
CREATE VIEW trial_results AS
SELECT s.name AS sweep, t.id AS trial_id, t.config, t.seed, t.state, t.reason, t.detail, t.attempt,
       t.worker, t.reused_from, objective, sampling_prob, sampling_schedule, degree, length, nodes, edge_order, edge_direction, query_position, architecture, depth, width, heads, position, norm, activation, dropout, parametrization, mup_base_width, mup_base_heads, attention, dtype, tie_embeddings, init_std, embedding_init_std, optimizer, lr, warmup, schedule, final_lr, momentum, beta1, beta2, weight_decay, grad_clip, batch_size, steps, train_samples, test_samples, eval_every, stop_when, solved_at, k.name AS metric, m.step, m.value
FROM sweeps s
JOIN trials t ON t.sweep_id = s.id
JOIN metrics k
JOIN measurements m ON m.trial_id = t.id AND m.metric_id = k.id
 AND m.step = (SELECT max(step) FROM measurements
               WHERE trial_id = t.id AND metric_id = k.id);
COMMIT;
