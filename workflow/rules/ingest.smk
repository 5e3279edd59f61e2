rule ingest:
    """One shard of a data set: usable scans in HU with their labels, and the others with the reason."""
    input:
        unpack(plan.ingest_inputs),
    output:
        volumes=ensure(path.volumes, non_empty=True),
        scans=ensure(path.shard_scans, non_empty=True),
        rejected=ensure(path.shard_rejected, non_empty=True),
        private=ensure(path.private, non_empty=True),
    log:
        path.log(path.volumes),
    benchmark:
        path.benchmark(path.volumes)
    params:
        spec=plan.dataset_spec,
        members=plan.members,  # changes when a source of this shard does
        phantom=plan.phantom_option,
        code=plan.ingest_digest,
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(3000),
        runtime=120,
    shell:
        "python -m scripts.ingest --spec {params.spec:q} --shard {wildcards.shard} {params.phantom}"
        " --out {output.volumes} --scans {output.scans} --rejected {output.rejected} --private {output.private}"
        " 2> {log}"


rule catalog:
    """All shards of a data set: one table of scans with what is odd about them, one of refused inputs."""
    input:
        scans=plan.shards_of(path.shard_scans),
        rejected=plan.shards_of(path.shard_rejected),
        flags=plan.shards_of(path.brain_flags),
    output:
        scans=ensure(path.scans, non_empty=True),
        rejected=ensure(path.rejected, non_empty=True),
    log:
        path.log(path.scans),
    benchmark:
        path.benchmark(path.scans)
    params:
        code=plan.digest("catalog.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(1000),
        runtime=10,
    shell:
        "python -m scripts.catalog --scans {input.scans:q} --rejected {input.rejected:q} --flags {input.flags:q}"
        " --out-scans {output.scans} --out-rejected {output.rejected} 2> {log}"
