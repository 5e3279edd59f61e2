rule train_classifier:
    """A slice classifier of one fold, with its history, manifest and operating points."""
    input:
        unpack(networks.train_inputs),
    output:
        model=ensure(path.classifier_model, non_empty=True),
        operating_point=ensure(path.operating_point, non_empty=True),
        history=ensure(f"{path.classifier}/history.csv", non_empty=True),
        curve=report(
            f"{path.classifier}/history.png",
            category="training",
            caption="../report/curve.rst",
            labels={"network": "{classifier}", "fold": "{learnt_fold}"},
        ),
        manifest=ensure(f"{path.classifier}/manifest.json", non_empty=True),
    log:
        path.log("train_classifier"),
    benchmark:
        path.benchmark("train_classifier")
    cache: plan.cached
    params:
        spec=networks.classifier_spec,
        seen=networks.seen,
        seed=plan.config.seed,
        inputs=plan.as_options,
        dataset=networks.learnt_dataset,
        code=networks.classifier_code("train_classifier.py"),
        fold="{learnt_fold}",
        content=plan.content,
    conda:
        "../../envs/bleedmap.yaml"
    threads: networks.processes
    resources:
        gpu=networks.processes,
        mem_mb=plan.memory(5000, networks.processes),
        runtime=plan.minutes(720),
    shell:
        "python -m scripts.train_classifier {params.inputs} --fold {params.fold} --spec {params.spec:q}"
        " --dataset {params.dataset} --seed {params.seed} --code {params.code} --threads {threads}"
        " --seen {params.seen:q} --out {output.model:q} 2> {log:q}"


rule classify:
    """The classifier's probabilities for every slice of a data set."""
    input:
        model=path.classifier_model,
        slices=plan.shards_of(path.slices),
    output:
        scores=ensure(path.slice_scores, non_empty=True),
    log:
        path.log("classify"),
    benchmark:
        path.benchmark("classify")
    params:
        code=networks.classifier_code("classify.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=plan.memory(4000),
        runtime=plan.minutes(240),
    shell:
        "python -m scripts.classify --model {input.model:q} --slices {input.slices:q} --dataset {wildcards.dataset}"
        " --threads {threads} --out {output.scores:q} 2> {log:q}"
