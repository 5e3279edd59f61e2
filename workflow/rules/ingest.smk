rule ingest:
    """One shard of a data set: usable scans in HU with their labels, and the others with the reason."""
    input:
        unpack(data.ingest_inputs),
    output:
        volumes=ensure(path.volumes, non_empty=True),
        scans=ensure(path.shard_scans, non_empty=True),
        rejected=ensure(path.shard_rejected, non_empty=True),
        private=local(ensure(path.private, non_empty=True)),  # never to a shared store
    log:
        path.log("ingest"),
    benchmark:
        path.benchmark("ingest")
    params:
        spec=data.dataset_spec,
        members=data.members,  # changes when a source of this shard does
        scan_mb=plan.config.scan_mb,
        planned=data.planned,
        inputs=plan.as_options,
        key=data.key,
        code=data.ingest_code,
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(3000),
        runtime=plan.minutes(120),
    shell:
        "python -m scripts.ingest --spec {params.spec:q} --shard {wildcards.shard} --planned {params.planned} {params.inputs}"
        " {params.key} --scan-mb {params.scan_mb} --out {output.volumes:q} --scans {output.scans:q} --rejected {output.rejected:q}"
        " --private {output.private:q} 2> {log:q}"


rule catalog:
    """All shards of a data set: one table of scans with what is odd about them, one of refused inputs."""
    input:
        scans=plan.shards_of(path.shard_scans),
        rejected=plan.shards_of(path.shard_rejected),
        refused=plan.shards_of(path.slices_refused),
        flags=plan.shards_of(path.brain_flags),
    output:
        scans=ensure(path.scans, non_empty=True),
        rejected=ensure(path.rejected, non_empty=True),
    log:
        path.log("catalog"),
    benchmark:
        path.benchmark("catalog")
    params:
        code=plan.digest("catalog.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(1000),
        runtime=plan.minutes(10),
    shell:
        "python -m scripts.catalog --scans {input.scans:q} --rejected {input.rejected:q} --refused {input.refused:q}"
        " --flags {input.flags:q}"
        " --out-scans {output.scans:q} --out-rejected {output.rejected:q} 2> {log:q}"
