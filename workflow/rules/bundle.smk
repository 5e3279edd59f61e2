rule bundle:
    """A trained method as one zip; made where it is asked for, by name or all of them as bundles."""
    input:
        unpack(bundles.inputs),
    output:
        bundle=ensure(path.bundle, non_empty=True),
    log:
        path.log("bundle"),
    benchmark:
        path.benchmark("bundle")
    params:
        settings=bundles.settings,
        about=bundles.about,
        inputs=plan.as_options,
        code=bundles.code,
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=plan.memory(4000),
        runtime=plan.minutes(240),
    shell:
        "python -m scripts.bundle {params.inputs} --settings {params.settings:q} --about {params.about:q}"
        " --threads {threads} --out {output.bundle:q} 2> {log:q}"


rule predict:
    """What a bundle finds in the new scans of a shard; a job that was cut short goes on after its last scan."""
    input:
        bundle=predictions.bundle,
    output:
        table=ensure(path.predicted, non_empty=True),
    log:
        path.log("predict"),
    benchmark:
        path.benchmark("predict")
    params:
        root=predictions.root,
        shards=predictions.shards,
        members=predictions.members,
        key=predictions.key,
        code=plan.digest("predict.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=plan.memory(6000),
        runtime=plan.minutes(720),
    shell:
        "python -m scripts.predict --bundle {input.bundle:q} --root {params.root:q} --shard {wildcards.shard}"
        " --shards {params.shards} --key-mark {params.key:q} --threads {threads} --out {output.table:q} 2> {log:q}"
