rule train_segmenter:
    """A segmenter trained on one fold's masks, with its history and manifest."""
    input:
        unpack(segmenters.train_inputs),
    output:
        model=ensure(path.segmenter_model, non_empty=True),
        history=ensure(f"{path.segmenter}/history.csv", non_empty=True),
        curve=report(
            f"{path.segmenter}/history.png",
            category="training",
            caption="../report/curve.rst",
            labels={"network": "{segmenter} on {classifier} {saliency} {mask}", "fold": "{taught_fold}"},
        ),
        manifest=ensure(f"{path.segmenter}/manifest.json", non_empty=True),
    log:
        path.log("train_segmenter"),
    benchmark:
        path.benchmark("train_segmenter")
    cache: plan.cached
    params:
        spec=segmenters.training_spec,
        seen=segmenters.seen,
        seed=plan.config.seed,
        inputs=plan.as_options,
        code=segmenters.code("train_segmenter.py"),
        fold="{taught_fold}",
        content=plan.content,
    conda:
        "../../envs/bleedmap.yaml"
    threads: segmenters.processes
    resources:
        gpu=segmenters.processes,
        mem_mb=plan.memory(5000, segmenters.processes),
        runtime=plan.minutes(1440),
    shell:
        "python -m scripts.train_segmenter {params.inputs} --fold {params.fold} --spec {params.spec:q}"
        " --seed {params.seed} --code {params.code} --threads {threads} --seen {params.seen:q} --out {output.model:q}"
        " 2> {log:q}"


rule tune_segmenter:
    """Values that act after training, chosen on the tuning subjects of one fold, with the curve."""
    input:
        unpack(segmenters.tune_inputs),
    output:
        tuned=ensure(path.tuned_segmenter, non_empty=True),
        curve=ensure(path.tuned_segmenter.replace("tuned.json", "curve.csv"), non_empty=True),
        picture=report(
            path.tuned_segmenter.replace("tuned.json", "curve.png"),
            category="tuning",
            caption="../report/tuned.rst",
            labels={"values of": "{segmenter} on {classifier} {saliency} {mask}", "fold": "{fold}"},
        ),
    log:
        path.log("tune_segmenter"),
    benchmark:
        path.benchmark("tune_segmenter")
    params:
        spec=segmenters.spec,
        searches=segmenters.searches,
        tuning=plan.config.tuning.to_json(),
        inputs=plan.as_options,
        code=segmenters.code("tune_segmenter.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=plan.memory(4000),
        runtime=plan.minutes(480),
    shell:
        "python -m scripts.tune_segmenter {params.inputs} --fold {wildcards.fold} --spec {params.spec:q}"
        " --searches {params.searches:q} --tuning {params.tuning:q} --threads {threads} --out {output.tuned:q}"
        " 2> {log:q}"


rule segment:
    """A segmenter's masks of one shard's test scans in one fold."""
    input:
        unpack(segmenters.segment_inputs),
    output:
        predictions=ensure(path.predictions, non_empty=True),
    log:
        path.log("segment"),
    benchmark:
        path.benchmark("segment")
    params:
        spec=segmenters.spec,
        inputs=plan.as_options,
        code=segmenters.code("segment.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=plan.memory(4000),
        runtime=plan.minutes(240),
    shell:
        "python -m scripts.segment {params.inputs} --fold {wildcards.fold} --spec {params.spec:q} --threads {threads}"
        " --out {output.predictions:q} 2> {log:q}"
