rule train_classifier:
    """A slice classifier of one fold, with its history, manifest and operating point."""
    input:
        unpack(plan.classifier_inputs),
    output:
        model=ensure(f"{path.classifier}/model.safetensors", non_empty=True),
        operating_point=ensure(f"{path.classifier}/operating_point.json", non_empty=True),
        history=ensure(f"{path.classifier}/history.csv", non_empty=True),
        curve=report(
            f"{path.classifier}/history.png",
            category="training",
            caption="../report/curve.rst",
            labels={"network": "{classifier}", "fold": "{fold}"},
        ),
        manifest=ensure(f"{path.classifier}/manifest.json", non_empty=True),
    log:
        path.log(f"{path.classifier}/model"),
    benchmark:
        path.benchmark(f"{path.classifier}/model")
    params:
        spec=plan.spec("classifiers", "classifier"),
        folds=plan.config.folds.deal_json(),
        seed=plan.config.seed,
        start=plan.start_option,
        code=plan.classifier_digest("train_classifier.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=plan.memory(5000),
        runtime=720,
    shell:
        "python -m scripts.train_classifier --slices {input.slices:q} --folds {input.folds} --fold {wildcards.fold}"
        " --fold-spec {params.folds:q} --spec {params.spec:q} --seed {params.seed} --code {params.code}"
        " {params.start} --threads {threads} --out {output.model} 2> {log}"


rule classify:
    """The classifier's score for every slice of a data set."""
    input:
        model=f"{path.classifier}/model.safetensors",
        slices=plan.shards_of(path.slices),
        folds=path.folds,
    output:
        scores=ensure(path.slice_scores, non_empty=True),
    log:
        path.log(path.slice_scores),
    benchmark:
        path.benchmark(path.slice_scores)
    params:
        folds=plan.config.folds.deal_json(),
        code=plan.classifier_digest("classify.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=plan.memory(4000),
        runtime=240,
    shell:
        "python -m scripts.classify --model {input.model} --slices {input.slices:q} --folds {input.folds}"
        " --fold {wildcards.fold} --fold-spec {params.folds:q} --threads {threads} --out {output.scores} 2> {log}"
