rule train_segmenter:
    """A segmenter trained on one fold's masks, with its history and manifest."""
    input:
        slices=plan.segmenter_training_slices,
        masks=plan.training_shards(path.masks),
        folds=path.folds,
    output:
        model=ensure(f"{path.segmenter}/model.safetensors", non_empty=True),
        history=ensure(f"{path.segmenter}/history.csv", non_empty=True),
        curve=report(
            f"{path.segmenter}/history.png",
            category="training",
            caption="../report/curve.rst",
            labels={"network": "{segmenter} on {classifier} {saliency} {mask}", "fold": "{fold}"},
        ),
        manifest=ensure(f"{path.segmenter}/manifest.json", non_empty=True),
    log:
        path.log(f"{path.segmenter}/model"),
    benchmark:
        path.benchmark(f"{path.segmenter}/model")
    params:
        spec=plan.spec("segmenters", "segmenter"),
        folds=plan.config.folds.deal_json(),
        seed=plan.config.seed,
        code=plan.segmenter_digest("train_segmenter.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=plan.memory(5000),
        runtime=1440,
    shell:
        "python -m scripts.train_segmenter --slices {input.slices:q} --masks {input.masks:q} --folds {input.folds}"
        " --fold {wildcards.fold} --fold-spec {params.folds:q} --spec {params.spec:q} --seed {params.seed}"
        " --code {params.code} --threads {threads} --out {output.model} 2> {log}"


rule segment:
    """A segmenter's masks of one shard's test scans."""
    input:
        model=f"{path.segmenter}/model.safetensors",
        slices=plan.segmenter_test_slices,
        folds=path.folds,
    output:
        predictions=ensure(path.predictions, non_empty=True),
    log:
        path.log(path.predictions),
    benchmark:
        path.benchmark(path.predictions)
    params:
        folds=plan.config.folds.deal_json(),
        code=plan.segmenter_digest("segment.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=plan.memory(4000),
        runtime=240,
    shell:
        "python -m scripts.segment --model {input.model} --slices {input.slices} --folds {input.folds}"
        " --fold {wildcards.fold} --fold-spec {params.folds:q} --threads {threads} --out {output.predictions} 2> {log}"
