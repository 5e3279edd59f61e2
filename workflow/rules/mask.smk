rule tune_mask:
    """Values of a mask method chosen on the tuning subjects of one fold, with the curve."""
    input:
        unpack(masks.tune_inputs),
    output:
        tuned=ensure(path.tuned_mask, non_empty=True),
        curve=ensure(path.tuned_mask.replace("tuned.json", "curve.csv"), non_empty=True),
        picture=report(
            path.tuned_mask.replace("tuned.json", "curve.png"),
            category="tuning",
            caption="../report/tuned.rst",
            labels={"values of": "{mask} on {classifier} {saliency}", "fold": "{fold}"},
        ),
    log:
        path.log("tune_mask"),
    benchmark:
        path.benchmark("tune_mask")
    params:
        spec=masks.mask_spec,
        searches=masks.mask_searches,
        tuning=plan.config.tuning.to_json(),
        inputs=plan.as_options,
        dataset=masks.dataset,
        code=masks.mask_code("tune_mask.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=plan.memory(4000),
        runtime=plan.minutes(480),
    shell:
        "python -m scripts.tune_mask {params.inputs} --fold {wildcards.fold} --spec {params.spec:q}"
        " --searches {params.searches:q} --tuning {params.tuning:q} --dataset {params.dataset}"
        " --threads {threads} --out {output.tuned:q} 2> {log:q}"


rule mask:
    """Masks of one shard of slices in one fold: from saliency, from HU, or the drawn truth."""
    input:
        unpack(masks.mask_inputs),
    output:
        masks=ensure(path.masks, non_empty=True),
        notes=ensure(path.mask_notes, non_empty=True),
    log:
        path.log("mask"),
    benchmark:
        path.benchmark("mask")
    params:
        spec=masks.mask_spec,
        inputs=plan.as_options,
        dataset=masks.dataset,
        code=masks.mask_code("mask.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(4000),
        runtime=plan.minutes(240),
    shell:
        "python -m scripts.mask {params.inputs} --fold {wildcards.fold} --spec {params.spec:q}"
        " --dataset {params.dataset} --threads {threads} --out {output.masks:q} --notes {output.notes:q} 2> {log:q}"
