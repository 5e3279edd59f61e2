rule faithfulness:
    """How far the saliency maps of one classifier show what it goes by, on test slices of one fold."""
    input:
        unpack(faithful.inputs),
    output:
        scores=ensure(path.faithfulness, non_empty=True),
    log:
        path.log("faithfulness"),
    benchmark:
        path.benchmark("faithfulness")
    params:
        spec=faithful.spec,
        saliency=networks.saliency_spec,
        dataset=faithful.dataset,
        seed=plan.config.seed,
        code=faithful.code,
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=plan.memory(4000),
        runtime=plan.minutes(120),
    shell:
        "python -m scripts.faithfulness --model {input.model:q} --volumes {input.volumes:q} --slices {input.slices:q}"
        " --maps {input.maps:q} --split {input.split:q} --fold {wildcards.fold} --saliency {params.saliency:q}"
        " --spec {params.spec:q} --dataset {params.dataset} --seed {params.seed} --threads {threads}"
        " --out {output.scores:q} 2> {log:q}"
